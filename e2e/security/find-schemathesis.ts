import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/schemathesis');
const PROGRAM = join(FOLDER, 'bin/schemathesis');
const PINNED = join(import.meta.dirname, 'requirements.txt');

export type Schemathesis = { readonly program: string } | { readonly missing: string };

/**
 * The fuzzer of APIs, in a Python environment of its own. With `CI` set that is made, once; it takes half a minute, too much
 * for a first `pnpm test`.
 */
export async function findSchemathesis(): Promise<Schemathesis> {
  if (existsSync(PROGRAM)) return { program: PROGRAM };
  if (process.env['CI'] === undefined) {
    return { missing: 'there is no schemathesis here (run once with CI=true to have it installed)' };
  }
  try {
    await run('python3', ['-m', 'venv', '--clear', FOLDER]);
    await run(join(FOLDER, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', PINNED]);
    return { program: PROGRAM };
  } catch (error) {
    return { missing: `schemathesis could not be installed: ${String(error)}` };
  }
}
