import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { serviceProgram } from '@client-tickets/testkit';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line program as its user does, but without a terminal; CI, because some libraries take it for one with colours. */
export function runTickets(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return finish(start(args, environment));
}

/** As `tickets … | true` does: its output is not read. */
export async function runWithoutReader(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Omit<Finished, 'stdout'>> {
  const child = start(args, environment);
  child.stdout.destroy();
  const { code, stderr } = await finish(child);
  return { code, stderr };
}

function start(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, [...serviceProgram('operator'), ...args], {
    cwd: tmpdir(), // without a .env
    env: { PATH, HOME, CI: 'true', KAFKA_BROKERS: '127.0.0.1:1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function finish(child: ReturnType<typeof start>): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
