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
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...serviceProgram('operator'), ...args], {
      cwd: tmpdir(), // without a .env
      env: { PATH, HOME, CI: 'true', KAFKA_BROKERS: '127.0.0.1:1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** As `tickets … | true` does: its output is not read. */
export function runWithoutReader(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Omit<Finished, 'stdout'>> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...serviceProgram('operator'), ...args], {
    cwd: tmpdir(),
    env: { PATH, HOME, CI: 'true', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}
