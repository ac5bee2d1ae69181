import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashId, TicketIdIndex } from '../src/verify/ticket-id-index.ts';

async function fill(index: TicketIdIndex, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (index.isFull) await index.spill();
    index.add(id);
  }
}

test('ids that come more than once are found and counted, in memory and on the disk alike', async () => {
  const id = fc.integer({ min: 1, max: 400 }).map((number) => `TCK-${String(number).padStart(5, '0')}`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(id, { maxLength: 600 }),
      fc.constantFrom(50, 1_000),
      async (ids, mostInMemory) => {
        const index = new TicketIdIndex({ mostInMemory });
        try {
          await fill(index, ids);
          const times = new Map<string, number>();
          for (const each of ids) times.set(each, (times.get(each) ?? 0) + 1);
          const repeated = [...times].filter(([, count]) => count > 1);
          expect(await index.findRepeated(10_000)).toEqual({
            hashes: new Set(repeated.map(([each]) => hashId(each))),
            ids: repeated.length,
            extra: repeated.reduce((sum, [, count]) => sum + count - 1, 0),
          });
        } finally {
          await index.close();
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('nothing is left on the disk', async () => {
  const index = new TicketIdIndex({ mostInMemory: 10 });
  await fill(
    index,
    Array.from({ length: 100 }, (_, number) => `TCK-${number}`),
  );
  const left = (): number =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('tickets-verify-')).length;
  const before = left();
  await index.close();
  expect(left()).toBe(before - 1);
});

test('an id more than fits is refused rather than lost', async () => {
  const index = new TicketIdIndex({ mostInMemory: 1 });
  index.add('a');
  expect(() => index.add('b')).toThrow('no more fit');
  await index.close();
});

test('a million ids that count up have a million hashes', () => {
  const hashes = new Set(
    Array.from({ length: 1_000_000 }, (_, number) => hashId(`TCK-${String(number).padStart(5, '0')}`)),
  );
  expect(hashes.size).toBe(1_000_000);
});
