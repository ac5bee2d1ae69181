import type { z } from 'zod';
import { describeSettings } from './describe-settings.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** What `--help` says after the flags: every variable and every exit code. */
export function settingsHelp(schema: z.ZodObject): string {
  const rows = describeSettings(schema);
  const width = Math.max(...rows.map(({ name }) => name.length));
  const variables = rows.map((row) => {
    const fallback = row.default === undefined ? '' : ` Default: ${row.default}.`;
    return `  ${row.name.padEnd(width)}  ${row.description}${fallback}\n  ${''.padEnd(width)}  (${row.allowed})`;
  });
  const codes = Object.values(EXIT_CODES).map(
    ({ code, meaning }) => `  ${String(code).padEnd(width)}  ${meaning}`,
  );
  return [
    'Environment variables, also read from the file .env in the working directory:',
    ...variables,
    '',
    'Exit codes:',
    ...codes,
  ].join('\n');
}
