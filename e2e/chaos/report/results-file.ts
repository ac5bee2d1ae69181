import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runResultSchema, type RunResult } from './run-result.ts';

/** One line a run, written when it has ended: a suite that is broken off keeps what it has. */
export async function appendResult(file: string, result: RunResult): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${JSON.stringify(result)}\n`);
}

export async function readResultsFile(file: string): Promise<readonly RunResult[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => runResultSchema.parse(JSON.parse(line)));
}
