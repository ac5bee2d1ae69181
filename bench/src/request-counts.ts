import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** S3 requests by kind: `PUT`, `GET`, `LIST`, `HEAD`, `DELETE`, `POST`, `COPY`. */
export type RequestCounts = Readonly<Record<string, number>>;

export const requestCountsSchema = z.record(z.string(), z.number());

/** What kind of request S3 takes it for. Prices go by it. */
export function requestKind(
  method: string,
  path: string,
  headers: Readonly<Record<string, unknown>>,
): string {
  if (method === 'GET' && /[?&](list-type|uploads|versions|prefix|delimiter)\b/.test(path)) return 'LIST';
  if (method === 'PUT' && headers['x-amz-copy-source'] !== undefined) return 'COPY';
  return method;
}

export function addCounts(all: readonly RequestCounts[]): RequestCounts {
  const sum: Record<string, number> = {};
  for (const counts of all)
    for (const [kind, count] of Object.entries(counts)) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}

/** `later` less `earlier`, without the kinds of which there were none. */
export function subtractCounts(later: RequestCounts, earlier: RequestCounts): RequestCounts {
  return Object.fromEntries(
    Object.entries(later)
      .map(([kind, count]) => [kind, count - (earlier[kind] ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  );
}

export function total(counts: RequestCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** What the processes of a run have written (`count-requests.mjs`). */
export async function readRequestCounts(folder: string): Promise<RequestCounts> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('requests-'));
  return addCounts(
    await Promise.all(
      names.map(async (name) =>
        requestCountsSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
      ),
    ),
  );
}
