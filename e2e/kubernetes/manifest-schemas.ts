import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const home = join(homedir(), '.cache/client-tickets-kubernetes');
const python = join(home, 'bin/python');
const isComplete = (): boolean => existsSync(join(home, 'complete'));

/** Installed where CI runs, about 160 MB; elsewhere they are used if they are there. */
export const hasSchemas = isComplete() || (process.env['CI'] ?? '') !== '';

/** The schemas of Kubernetes and KEDA as Python packages, with their validators, in a place of their own. */
export async function installSchemas(): Promise<void> {
  if (isComplete()) return;
  await mkdir(home, { recursive: true });
  await run('python3', ['-m', 'venv', home]);
  const requirements = join(import.meta.dirname, 'requirements.txt');
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  await mkdir(join(home, 'complete'));
}

/** What is wrong with manifests, by name; those that are right are left out. */
export async function findProblems(
  manifests: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, string>>> {
  const script = join(import.meta.dirname, 'check_manifests.py');
  const checked = run(python, [script]);
  checked.child.stdin?.end(JSON.stringify(manifests));
  const { stdout } = await checked;
  return JSON.parse(stdout) as Record<string, string>;
}
