import { partitionCheckpointKey } from '@client-tickets/micro-batch';
import { ticketQuery } from '@client-tickets/tickets';
import { describe, expect, test } from 'vitest';
import { writeRebuilt } from '../src/rebuild/rebuild-checkpoint.ts';
import { readStatus } from '../src/status/read-status.ts';
import { TOPIC } from './support/history.ts';
import { rebuild, verify } from './support/left-query.ts';
import { countedBy, leaveOpenQuery, type OpenQuery } from './support/open-query.ts';

const COUNTS_KEY = 'ticket_counts/part-00000.json';

/** Puts another body in place of the counts by type, which says that it counts the same offsets. */
async function putCounts(
  { resultsStore }: OpenQuery,
  version: { readonly body: Uint8Array; readonly metadata: Readonly<Record<string, string>> },
  change: (counts: Map<string, number>) => void,
): Promise<void> {
  const lines = Buffer.from(version.body).toString().trim().split('\n');
  const counts = new Map(
    lines.map((line) => {
      const { type, ticket_count: count } = JSON.parse(line) as { type: string; ticket_count: number };
      return [type, count];
    }),
  );
  change(counts);
  const body = [...counts].map(([type, count]) => `{"type":"${type}","ticket_count":${count}}\n`).join('');
  await resultsStore.put(COUNTS_KEY, Buffer.from(body), { metadata: version.metadata });
}

function add(counts: Map<string, number>, type: string, more: number): void {
  counts.set(type, (counts.get(type) ?? 0) + more);
}

/** A version of the counts that was published when some of what is in no file was counted, and some was not. */
function countedInBetween({ counts }: OpenQuery): OpenQuery['counts'][number] {
  const found = counts.find((version) => countedBy(version) > 20 && countedBy(version) < 36);
  if (found === undefined) throw new RangeError('no counts were published in between');
  return found;
}

describe('counts that are ahead of files', () => {
  test('are proven: the rows are exactly the state at `stored`, and the counts those at `counted`', async () => {
    const report = await verify(await leaveOpenQuery());
    expect(report.differences).toEqual([]);
    expect(report).toMatchObject({
      ok: true,
      partitions: [{ rows: 20, endOffset: 20n, countedOffset: 36n, deadLetters: 0 }],
    });
  });

  test('are a difference when they count another type', async () => {
    const query = await leaveOpenQuery();
    const latest = query.counts.at(-1);
    if (latest === undefined) throw new RangeError('nothing was published');
    await putCounts(query, latest, (counts) => {
      add(counts, 'BILLING', 1);
      add(counts, 'GENERAL', -1);
    });
    const { differences } = await verify(query);
    expect(differences).toMatchObject([{ code: 'counts_differ', key: COUNTS_KEY }]);
  });

  test('that were published between two checkpoints are only behind', async () => {
    const query = await leaveOpenQuery();
    await putCounts(query, countedInBetween(query), () => undefined);
    const { differences } = await verify(query);
    expect(differences).toMatchObject([{ code: 'counts_behind', key: COUNTS_KEY }]);
  });

  test('that were published between two checkpoints are held to how many rows the batches had', async () => {
    const query = await leaveOpenQuery();
    await putCounts(query, countedInBetween(query), (counts) => add(counts, 'BILLING', 1));
    const { differences } = await verify(query);
    expect(differences.map(({ code }) => code)).toContain('counts_differ');
  });

  test('that were published between two checkpoints are held to what the files have already', async () => {
    const query = await leaveOpenQuery();
    await putCounts(query, countedInBetween(query), (counts) => {
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
      for (const type of counts.keys()) counts.set(type, 0);
      counts.set('BILLING', all);
    });
    const { differences } = await verify(query);
    expect(differences.map(({ code }) => code)).toContain('counts_differ');
  });

  test('that do not say what they count are held to all that is counted, also when all of it is in files', async () => {
    const query = await leaveOpenQuery();
    await query.finish();
    const body = (await query.resultsStore.get(COUNTS_KEY))?.body ?? new Uint8Array();
    await query.resultsStore.put(COUNTS_KEY, body);
    expect(await verify(query)).toMatchObject({ ok: true, differences: [] });
    await putCounts(query, { body, metadata: {} }, (counts) => add(counts, 'BILLING', 1));
    expect((await verify(query)).differences).toMatchObject([{ code: 'counts_differ', key: COUNTS_KEY }]);
  });

  test('cannot be more than the checkpoint has counted', async () => {
    const query = await leaveOpenQuery();
    const latest = query.counts.at(-1);
    await query.resultsStore.put(COUNTS_KEY, latest?.body ?? new Uint8Array(), {
      metadata: { 'end-offsets': '{"0":"40"}' },
    });
    const { differences } = await verify(query);
    expect(differences).toMatchObject([
      {
        code: 'counts_differ',
        message: expect.stringContaining('counts more than the checkpoint') as unknown,
      },
    ]);
  });

  test('contradict a checkpoint whose totals do not come out, at either frontier', async () => {
    for (const frontier of ['counted', 'stored']) {
      const query = await leaveOpenQuery();
      const key = partitionCheckpointKey(TOPIC, 0);
      const document = JSON.parse(
        Buffer.from((await query.checkpointStore.get(key))?.body ?? []).toString(),
      ) as Record<string, { totals: { rows: number } }>;
      const found = document[frontier];
      if (found === undefined) throw new RangeError(`no ${frontier}`);
      found.totals.rows += 1;
      await query.checkpointStore.put(key, Buffer.from(JSON.stringify(document)));
      const { differences } = await verify(query);
      expect(differences.map(({ code }) => code)).toContain('checkpoint');
      expect(differences.map(({ message }) => message).join()).toContain(`it has ${frontier} up to offset`);
    }
  });

  test('are still right when what they count was lost before it was in a file', async () => {
    const query = await leaveOpenQuery();
    query.log.removeBefore(0, 25n);
    await query.finish({ failOnDataLoss: false });
    const report = await verify(query);
    expect(report.differences).toEqual([]);
    expect(report).toMatchObject({
      ok: true,
      partitions: [{ rows: 30, gaps: [{ startOffset: 20n, endOffset: 25n, isCounted: true }] }],
    });
  });

  test('are all in files when the next consumer has finished', async () => {
    const query = await leaveOpenQuery();
    await query.finish();
    const report = await verify(query);
    expect(report.differences).toEqual([]);
    expect(report).toMatchObject({ partitions: [{ rows: 35, deadLetters: 1, endOffset: 36n }] });
  });
});

describe('status', () => {
  test('says what is counted, what is in files, and since when the rest waits', async () => {
    const { resultsStore: results, checkpointStore: checkpoints } = await leaveOpenQuery();
    const status = await readStatus({
      declaration: ticketQuery,
      results,
      checkpoints,
      topic: TOPIC,
      access: undefined,
    });
    expect(status).toMatchObject({
      publishedRows: 35,
      partitions: [{ countedOffset: 36n, storedOffset: 20n, totals: { rows: 35, deadLetters: 1 } }],
    });
    expect(status?.partitions[0]?.openSince).toMatch(/^\d{4}-/);
  });
});

describe('rebuilding a lost checkpoint', () => {
  test('goes on from the files, and counts again what was counted beyond them', async () => {
    const query = await leaveOpenQuery();
    query.checkpoints.objects.clear();
    const { resultsStore: results, checkpointStore: checkpoints } = query;
    const rebuilt = await rebuild(query);
    expect(rebuilt.countsAhead).toContain(COUNTS_KEY);
    expect(rebuilt.partitions).toMatchObject([{ stored: { endOffset: 20n }, counted: { endOffset: 20n } }]);
    await writeRebuilt(ticketQuery, { results, checkpoints }, rebuilt);
    const codes = (await verify(query)).differences.map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['counts_behind']));
    await query.finish();
    const report = await verify(query);
    expect(report.differences).toEqual([]);
    expect(report).toMatchObject({
      ok: true,
      partitions: [{ rows: 35, endOffset: 36n, countedOffset: 36n }],
    });
  });
});
