import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PartitionWriter } from '../src/partition-writer.ts';

const sized = (messages: readonly number[], bytes = 1) => messages.map((message) => ({ message, bytes }));

describe('the line of a partition', () => {
  test('writes in order, one batch at a time, within its limits', async () => {
    const size = fc.integer({ min: 1, max: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(size, { maxLength: 6 }), { maxLength: 12 }),
        size,
        size,
        async (calls, maxMessages, maxBytes) => {
          const written: number[] = [];
          let isWriting = false;
          const line = new PartitionWriter<{ readonly id: number; readonly bytes: number }>(
            async (batch) => {
              expect(isWriting).toBe(false);
              isWriting = true;
              await Promise.resolve();
              isWriting = false;
              const total = batch.reduce((sum, { bytes }) => sum + bytes, 0);
              expect(batch.length <= maxMessages && (total <= maxBytes || batch.length === 1)).toBe(true);
              written.push(...batch.map(({ id }) => id));
            },
            { maxMessages, maxBytes },
          );
          let id = 0;
          const added = calls
            .filter((sizes) => sizes.length > 0)
            .map((sizes) => line.add(sizes.map((bytes) => ({ message: { id: id++, bytes }, bytes }))));
          await Promise.all(added);
          expect(written).toEqual(Array.from({ length: id }, (_, i) => i));
        },
      ),
    );
  });

  test('what is added while a batch is written goes into the next one together', async () => {
    const batches: (readonly number[])[] = [];
    let release = (): void => {};
    const line = new PartitionWriter<number>(
      (batch) => {
        batches.push(batch);
        return new Promise((resolve) => {
          release = resolve;
        });
      },
      { maxMessages: 100, maxBytes: 100 },
    );
    const all = [1, 2, 3].map((message) => line.add(sized([message])));
    release();
    await all[0];
    release();
    await Promise.all(all);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  test('a batch that fails rejects those whose messages it held, and the line goes on', async () => {
    const line = new PartitionWriter<number>(
      async (batch) => {
        if (batch.includes(2)) throw new Error('no');
      },
      { maxMessages: 1, maxBytes: 1 },
    );
    const results = await Promise.allSettled([
      line.add(sized([1])),
      line.add(sized([2, 3])),
      line.add(sized([4])),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
