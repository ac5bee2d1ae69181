import fc from 'fast-check';
import { MOST_HELD_BYTES } from '@client-tickets/results';
import { describe, expect, it } from 'vitest';
import { createUiPipeline, type UiPipeline } from './ui-pipeline.ts';

interface Page {
  readonly items: {
    partition: number;
    offset: string;
    reason: string;
    value: { bytes: number; text: string | null } | null;
  }[];
  readonly next: string | null;
}

async function readPage({ get }: UiPipeline, query: Record<string, string>): Promise<Page> {
  const { status, body } = await get(`/api/v1/dead-letters?${new URLSearchParams(query).toString()}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Page;
}

async function readAll(pipeline: UiPipeline, query: Record<string, string>): Promise<Page['items']> {
  const items: Page['items'] = [];
  for (let page = await readPage(pipeline, query); ;) {
    items.push(...page.items);
    if (page.next === null) return items;
    page = await readPage(pipeline, { ...query, before: page.next });
  }
}

const place = ({ partition, offset }: { partition: number; offset: string }): string =>
  `${partition}:${offset}`;

describe('dead letters', () => {
  it('come newest first, with reason, place and raw value', async () => {
    const pipeline = createUiPipeline();
    pipeline.addTickets(3);
    pipeline.addRaw(1, 'no json');
    pipeline.addRaw(0, new Uint8Array([0xff, 0xfe]));
    pipeline.addRaw(2, null);
    await pipeline.startQuery().finished;
    const { items, next } = await readPage(pipeline, {});
    expect(next).toBeNull();
    expect(items.map(place).sort()).toEqual(['0:1', '1:1', '2:1']);
    expect(items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          partition: 1,
          value: { bytes: 7, base64: 'bm8ganNvbg==', text: 'no json' },
        }),
        expect.objectContaining({ partition: 0, value: { bytes: 2, base64: '//4=', text: null } }),
        expect.objectContaining({ partition: 2, value: null }),
      ]),
    );
  });

  it('are cut to what can be shown, on the boundary of a character', async () => {
    const pipeline = createUiPipeline({ partitions: 1 });
    const text = 'é'.repeat(5_000);
    pipeline.addRaw(0, text);
    await pipeline.startQuery().finished;
    const { items } = await readPage(pipeline, {});
    const [shown] = items;
    expect(shown?.value?.bytes).toBe(10_000);
    expect(text.startsWith(shown?.value?.text ?? 'none')).toBe(true);
    expect(shown?.value?.text?.length).toBe(2_048);
  });

  it('of a value that they do not hold show its size', async () => {
    const pipeline = createUiPipeline({ partitions: 1 });
    pipeline.addRaw(0, new Uint8Array(MOST_HELD_BYTES + 1));
    await pipeline.startQuery().finished;
    const { items } = await readPage(pipeline, {});
    expect(items).toMatchObject([
      { isUnreadableBatch: false, value: { bytes: MOST_HELD_BYTES + 1, base64: null, text: null } },
    ]);
  });

  it('are found by a part of the reason, in any case', async () => {
    const pipeline = createUiPipeline();
    pipeline.addRaw(0, 'no json');
    pipeline.addRaw(1, null);
    await pipeline.startQuery().finished;
    expect((await readAll(pipeline, { reason: 'TOMBSTONE' })).map(place)).toEqual(['1:0']);
    expect(await readAll(pipeline, { reason: 'nothing like it' })).toEqual([]);
  });

  it('are each on exactly one page, newest first within a partition, whatever the page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.boolean()), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        async (records, limit, perTrigger) => {
          const pipeline = createUiPipeline({ maxOffsetsPerTrigger: perTrigger });
          const expected: string[] = [];
          for (const [partition, isTicket] of records) {
            if (!isTicket)
              expected.push(place({ partition, offset: String(pipeline.log.offsets(partition).latest) }));
            pipeline.addRaw(partition, isTicket ? JSON.stringify(pipeline.tickets.next()) : 'no json');
          }
          await pipeline.startQuery().finished;
          const found = await readAll(pipeline, { limit: String(limit) });
          expect(found.map(place).sort()).toEqual(expected.sort());
          for (const partition of [0, 1, 2]) {
            const offsets = found
              .filter((each) => each.partition === partition)
              .map(({ offset }) => Number(offset));
            expect(offsets).toEqual(offsets.toSorted((a, b) => b - a));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('older than what the checkpoint remembers are found in the listing', async () => {
    const pipeline = createUiPipeline({ partitions: 1, maxOffsetsPerTrigger: 1 });
    for (let i = 0; i < 230; i++) pipeline.addRaw(0, 'no json');
    await pipeline.startQuery().finished;
    const found = await readAll(pipeline, { limit: '40' });
    expect(found.map(({ offset }) => Number(offset))).toEqual(Array.from({ length: 230 }, (_, i) => 229 - i));
  });

  it('are searched a bounded number of files at a time', async () => {
    const pipeline = createUiPipeline({ partitions: 1, maxOffsetsPerTrigger: 1 });
    pipeline.addRaw(0, null);
    for (let i = 0; i < 150; i++) pipeline.addRaw(0, 'no json');
    await pipeline.startQuery().finished;
    const { body } = await pipeline.get('/api/v1/dead-letters?reason=tombstone');
    expect(body).toMatchObject({ items: [], filesRead: 100, next: '0:51' });
    const rest = await pipeline.get('/api/v1/dead-letters?reason=tombstone&before=0:51');
    expect(rest.body).toMatchObject({ items: [{ offset: '0' }], filesRead: 51, next: null });
  });
});
