import { spawn, spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
// A setting that the shell happens to have must not reach the stack under test.
const PASSED_ON = /^(PATH|HOME|LANG|DOCKER_.*)$/;
const cleanEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)),
);

/** The Compose versions of this machine: `docker-compose` (1 or 2), `docker compose` (2). */
export const composeCommands: readonly (readonly string[])[] = [
  ['docker-compose'],
  ['docker', 'compose'],
].filter(
  ([command = '', ...args]) =>
    spawnSync(command, [...args, 'version'], { env: cleanEnvironment }).status === 0,
);

/** Runs a command in the project's folder. Resolves with its stdout; rejects with all that it said when it fails. */
export async function run(
  command: readonly string[],
  env: NodeJS.ProcessEnv = cleanEnvironment,
): Promise<string> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${all}`);
  return stdout;
}
