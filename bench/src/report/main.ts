import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { benchCommand, parseOptions } from '../command-options.ts';
import { fillSections } from './fill-sections.ts';
import { readSections } from './sections.ts';

export async function report(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench report',
      'Fills the marked sections of docs/performance.md from the newest results of each kind (--output is where they are), so that its numbers ' +
        'are those of the raw JSON beside it.',
    )
      .option('--document <file>', 'which to fill', join(import.meta.dirname, '../../../docs/performance.md'))
      .option('--check', 'changes nothing, and ends with 1 when the document says something else'),
    z.object({ output: z.string(), document: z.string(), check: z.boolean().default(false) }),
    args,
  );
  if (options !== undefined) {
    const { output, document, check } = options;
    const before = await readFile(document, 'utf8');
    const after = fillSections(before, await readSections(output, relative(dirname(document), output)));
    if (check) {
      process.stdout.write(after === before ? 'up to date\n' : `${document} differs: pnpm bench report\n`);
      process.exitCode = after === before ? 0 : 1;
    } else {
      await writeFile(document, after);
      process.stdout.write(after === before ? 'nothing to change\n' : `${document} is filled\n`);
    }
  }
}
