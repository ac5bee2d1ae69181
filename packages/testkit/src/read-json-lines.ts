import type { ObjectStore } from '@client-tickets/micro-batch';

/** The lines of all JSON files under a prefix, as a reader that knows nothing but the contract reads them. */
export async function readJsonLines(
  store: ObjectStore,
  prefix: string,
): Promise<readonly Record<string, unknown>[]> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const rows: Record<string, unknown>[] = [];
  for await (const { key } of store.list(prefix)) {
    if (!key.endsWith('.json')) continue;
    const lines = utf8.decode((await store.get(key))?.body).split('\n');
    for (const line of lines.slice(0, -1)) rows.push(JSON.parse(line) as Record<string, unknown>);
  }
  return rows;
}
