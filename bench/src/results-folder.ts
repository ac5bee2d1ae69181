import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type ResultKind = 'compare' | 'latency' | 'steady' | 'growth' | 'profile' | 'viewers' | 'soak';

/** What all results have; each kind adds its own. */
interface Result {
  readonly kind: ResultKind;
  readonly startedAt: string;
  readonly [more: string]: unknown;
}

/** Writes a result as JSON and as Markdown, each in one go: a benchmark that is broken off keeps what was there. Returns the JSON's path. */
export async function saveResult(folder: string, result: Result, markdown: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = resultName(result);
  await replaceFile(join(folder, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
  await replaceFile(join(folder, `${name}.md`), markdown);
  return join(folder, `${name}.json`);
}

/** `compare-2026-01-31T120000`: names of one kind sort by time. */
function resultName({ kind, startedAt }: { readonly kind: ResultKind; readonly startedAt: string }): string {
  return `${kind}-${startedAt.slice(0, 19).replaceAll(':', '')}`;
}

/** Results of a kind, the newest first; none where there is no folder. */
export async function readResults(
  folder: string,
  kind: ResultKind,
): Promise<readonly { readonly name: string; readonly content: unknown }[]> {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(`${kind}-`) && name.endsWith('.json'),
  );
  return Promise.all(
    names
      .sort()
      .toReversed()
      .map(async (name) => ({ name, content: JSON.parse(await readFile(join(folder, name), 'utf8')) })),
  );
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}
