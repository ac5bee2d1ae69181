import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ServerPlan } from './server-plan.ts';
import { waitUntil } from './wait-until.ts';

const GONE_WITHIN_MS = 60_000;

/** Starts a server that outlives this process and remembers its id in a file. */
export async function startProcess(plan: ServerPlan): Promise<void> {
  const [program, ...args] = plan.command;
  const log = openSync(plan.log, 'w');
  try {
    const child = spawn(program, args, {
      env: { ...process.env, ...plan.environment },
      stdio: ['ignore', log, log],
      detached: true,
    });
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    const spawned = new Promise<void>((resolve) => child.once('spawn', resolve));
    await Promise.race([spawned, failed]);
    child.unref();
    await writeFile(pidFile(plan), String(child.pid));
  } finally {
    closeSync(log);
  }
}

/**
 * The id of the server's process, undefined when it does not run. An id is used again after a while: a process whose
 * arguments do not name the server's folder is another one.
 */
export async function runningPid(plan: ServerPlan): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile(plan), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return (await commandLine(pid)).includes(plan.data) ? pid : undefined;
}

/** `SIGKILL`; resolves once the process is gone, and its port free. */
export async function killProcess(plan: ServerPlan): Promise<void> {
  const pid = await runningPid(plan);
  if (pid !== undefined) {
    process.kill(pid, 'SIGKILL');
    await waitUntil(
      `the end of ${plan.name}`,
      GONE_WITHIN_MS,
      async () => (await runningPid(plan)) === undefined,
    );
  }
  await rm(pidFile(plan), { force: true });
}

function pidFile({ data }: ServerPlan): string {
  return `${data}.pid`;
}

/** Empty when there is no such process, or a dead one whose parent has not noticed. */
async function commandLine(pid: number): Promise<string> {
  const linux = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (linux !== undefined) return linux;
  if (process.platform === 'linux') return '';
  return promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
