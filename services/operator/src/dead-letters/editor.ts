import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Lets the user change bytes in `$VISUAL` or `$EDITOR` (default: vi). Rejects when the editor ends with an error. The file is
 * readable for its owner alone, and removed afterwards.
 */
export async function editBytes(
  name: string,
  bytes: Uint8Array,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'tickets-edit-'));
  try {
    const path = join(folder, name);
    await writeFile(path, bytes, { mode: 0o600 });
    await runEditor(environment['VISUAL'] ?? environment['EDITOR'] ?? 'vi', path);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
