import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The Node.js that runs the bundles. */
export interface NodeRuntime {
  readonly path: string;
  /** `v24.21.0` */
  readonly version: string;
}

/**
 * The one asked for; else the image's version, where `peers/set-up node` could install it; else the one that runs the
 * benchmark. Each result says which it was.
 */
export async function findNode(home: string, wanted: string | undefined): Promise<NodeRuntime> {
  const installed = join(home, 'node/node');
  const path = wanted ?? (existsSync(installed) ? installed : process.execPath);
  const { stdout } = await promisify(execFile)(path, ['--version']);
  return { path, version: stdout.trim() };
}
