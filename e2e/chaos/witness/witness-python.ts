import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../../..');
const HOME = join(ROOT, 'node_modules/.cache/chaos-witness');
const MAKE = join(ROOT, 'tools/python/make_environment.py');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/**
 * A Python with what the witness needs, made at the first time; several processes may want it at once. Rejects, saying why, when it can't
 * be made.
 */
export async function provideWitnessPython(): Promise<string> {
  try {
    const packages = (await readFile(REQUIREMENTS, 'utf8')).trim().split('\n');
    await promisify(execFile)('python3', [MAKE, HOME, ...packages]);
    return join(HOME, 'bin/python');
  } catch (error) {
    throw new Error('no Python with the packages of e2e/chaos/witness/requirements.txt could be made', {
      cause: error,
    });
  }
}
