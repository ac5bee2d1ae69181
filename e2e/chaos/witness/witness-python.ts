import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HOME = join(import.meta.dirname, '../../../node_modules/.cache/chaos-witness');
const PYTHON = join(HOME, 'bin/python');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/** A Python with what the witness needs, made at the first time. Rejects, saying why, when it can't be made. */
export async function provideWitnessPython(): Promise<string> {
  try {
    if (!existsSync(PYTHON)) await run('python3', ['-m', 'venv', HOME]);
    await run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
    return PYTHON;
  } catch (error) {
    throw new Error('no Python with the packages of e2e/chaos/witness/requirements.txt could be made', {
      cause: error,
    });
  }
}
