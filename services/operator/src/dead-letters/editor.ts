import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Lets the user change bytes in an editor. Rejects when it ends with an error. The file is readable for its owner alone,
 * and removed afterwards.
 */
export async function editBytes(name: string, bytes: Uint8Array, command: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'tickets-edit-'));
  try {
    const path = join(folder, name);
    await writeFile(path, bytes, { mode: 0o600 });
    await runEditor(command, path);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `$VISUAL` or `$EDITOR`, or on a terminal vi. `undefined`: there is none that could be used here. */
export function chooseEditor(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): string | undefined {
  const chosen = [environment['VISUAL'], environment['EDITOR']].find(
    (command) => command !== undefined && command !== '',
  );
  return chosen ?? (isTerminal ? 'vi' : undefined);
}

/** Through the shell, because `$EDITOR` may hold arguments: `code --wait`. */
function runEditor(command: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const editor = spawn('sh', ['-c', `${command} "$1"`, 'sh', path], { stdio: 'inherit' });
    editor.once('error', reject);
    editor.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new Error(`the editor (${command}) ended with ${signal ?? `code ${code}`}; nothing is sent`));
    });
  });
}
