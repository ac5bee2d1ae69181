import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The page with its sources, as a clone has it; a bundle has the built page beside itself (`pnpm build` puts it there). */
export function findWebFolder(): string {
  const inClone = new URL('../../web', import.meta.url);
  return fileURLToPath(existsSync(inClone) ? inClone : new URL('web', import.meta.url));
}
