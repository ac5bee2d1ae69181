import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryLog } from '@client-tickets/micro-batch/testing';
import type { PartitionOffsets } from '../../src/ports/source.ts';
import {
  parseStartingOffsets,
  resolveStartingOffsets,
  type StartingOffsets,
} from '../../src/query/starting-offsets.ts';

const TOPIC = 'client_tickets';
const refusal = (...parts: readonly string[]): unknown =>
  expect.objectContaining({
    code: 'settings',
    message: expect.stringMatching(
      parts.map((part) => part.replaceAll(/[{}[\]()^$.|?*+\\]/g, String.raw`\$&`)).join('.*'),
    ),
  });

const resolve = (
  starting: StartingOffsets,
  log: ReadonlyMap<number, PartitionOffsets>,
): Promise<ReadonlyMap<number, bigint>> =>
  resolveStartingOffsets(starting, TOPIC, log, () => expect.fail('asked for a time'));

const logs = fc
  .array(fc.tuple(fc.bigInt(0n, 10n ** 9n), fc.bigInt(0n, 10n ** 9n)), { minLength: 1, maxLength: 5 })
  .map(
    (partitions) =>
      new Map(
        partitions.map(([earliest, count], partition) => [partition, { earliest, latest: earliest + count }]),
      ),
  );

test('earliest and latest are where the log starts and ends', async () => {
  await fc.assert(
    fc.asyncProperty(logs, async (log) => {
      for (const word of ['earliest', 'latest'] as const) {
        const texts = [` ${word}\n`, word.toUpperCase(), `${word.charAt(0).toUpperCase()}${word.slice(1)}`];
        const [resolved, ...others] = await Promise.all(
          texts.map((text) => resolve(parseStartingOffsets(text), log)),
        );
        expect(others).toEqual([resolved, resolved]);
        expect(resolved).toEqual(new Map([...log].map(([partition, offsets]) => [partition, offsets[word]])));
      }
    }),
  );
});

test('JSON names an offset for each partition, -2 is earliest and -1 is latest, as in Spark', async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.infiniteStream(fc.nat()), async (log, stream) => {
      const choices = [...log].map(([partition, { earliest, latest }]) => {
        const dice = stream.next().value ?? 0;
        const inside = earliest + (BigInt(dice) % (latest - earliest + 1n));
        const [written, meant] = [
          [-2, earliest] as const,
          [-1, latest] as const,
          [Number(inside), inside] as const,
        ][dice % 3] ?? [-2, earliest];
        return { partition, written, meant };
      });
      const text = JSON.stringify({
        [TOPIC]: Object.fromEntries(choices.map(({ partition, written }) => [partition, written])),
      });
      expect(await resolve(parseStartingOffsets(text), log)).toEqual(
        new Map(choices.map(({ partition, meant }) => [partition, meant])),
      );
    }),
  );
});

test('text that means no offsets is refused with what was found', () => {
  for (const text of ['', 'first', '[]', '7', '{}', '{"a":{},"b":{}}', '{"a":[1]}', '{"a":5}', '{"a":']) {
    expect(() => parseStartingOffsets(text)).toThrow(refusal('found', JSON.stringify(text)));
  }
});

test('a partition or offset that cannot be is refused by name', () => {
  const pairs = [
    ['0', -3],
    ['0', 1.5],
    ['0', '7'],
    ['0', null],
    ['0', 2 ** 60],
    ['-1', 5],
    ['00', 5],
    ['zero', 5],
  ] as const;
  for (const [partition, offset] of pairs) {
    const text = JSON.stringify({ [TOPIC]: { [partition]: offset } });
    expect(() => parseStartingOffsets(text)).toThrow(refusal(`"${partition}": ${JSON.stringify(offset)}`));
  }
});

test('every partition of the topic must be named, and no other, and no other topic', async () => {
  const log = new Map([0, 1].map((partition) => [partition, { earliest: 0n, latest: 9n }]));
  const refused = (offsets: object, why: unknown): Promise<void> =>
    expect(resolve(parseStartingOffsets(JSON.stringify(offsets)), log)).rejects.toEqual(why);
  await refused({ [TOPIC]: { 0: 1 } }, refusal('partitions 0, 1', 'found', 'partitions 0'));
  await refused({ [TOPIC]: { 0: 1, 1: 1, 2: 1 } }, refusal('partitions 0, 1, 2'));
  await refused({ tickets: { 0: 1, 1: 1 } }, refusal(`topic ${TOPIC}`, 'found topic tickets'));
});

test('an offset that the log does not reach is refused rather than moved', async () => {
  const log = new Map([[0, { earliest: 10n, latest: 20n }]]);
  for (const offset of [9, 21]) {
    const starting = parseStartingOffsets(JSON.stringify({ [TOPIC]: { 0: offset } }));
    await expect(resolve(starting, log)).rejects.toEqual(
      refusal('10 to 20 for partition 0', `found ${offset}`),
    );
  }
});

/** A topic in memory with records of these times, of whose first `removed` nothing is left, and gaps between offsets. */
const timedLogs = fc
  .array(
    fc.record({
      times: fc.array(fc.record({ time: fc.nat({ max: 20 }), skip: fc.nat({ max: 2 }) }), { maxLength: 12 }),
      removed: fc.nat({ max: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((partitions) => {
    const log = new MemoryLog(TOPIC, partitions.length);
    for (const [partition, { times, removed }] of partitions.entries()) {
      for (const { time, skip } of times)
        log.append(partition, null, { timestamp: time, skip: BigInt(skip) });
      const first = log.records(partition)[removed];
      if (first !== undefined) log.removeBefore(partition, first.offset);
    }
    return log;
  });

const startAt = (log: MemoryLog, timestamp: number, strategy: 'error' | 'latest') => {
  const offsets = new Map(log.partitions.map((partition) => [partition, log.offsets(partition)]));
  const starting = { kind: 'timestamp', timestamp, strategy } as const;
  return resolveStartingOffsets(starting, TOPIC, offsets, (time) =>
    log.createSource().fetchOffsetsAt(time, log.partitions),
  );
};

test('a time is where the first record of that time or later is: all before it are older', async () => {
  await fc.assert(
    fc.asyncProperty(timedLogs, fc.nat({ max: 21 }), async (log, timestamp) => {
      for (const [partition, offset] of await startAt(log, timestamp, 'latest')) {
        const records = log.records(partition);
        const before = records.filter((record) => record.offset < offset);
        expect(before.every((record) => record.timestamp < timestamp)).toBe(true);
        const first = records.find((record) => record.offset >= offset);
        if (first === undefined) expect(offset).toBe(log.offsets(partition).latest);
        else expect([first.offset, first.timestamp >= timestamp]).toEqual([offset, true]);
      }
    }),
  );
});

test('a time past the last record of a partition is refused by name unless such partitions may start at their end', async () => {
  const log = new MemoryLog(TOPIC, 3);
  log.append(0, null, { timestamp: 1_000 });
  log.append(2, null, { timestamp: 500 });
  await expect(startAt(log, 600, 'error')).rejects.toEqual(
    refusal('1970-01-01T00:00:00.600Z', TOPIC, 'partition 1, 2', '`latest`'),
  );
  expect(await startAt(log, 600, 'latest')).toEqual(
    new Map([
      [0, 0n],
      [1, 0n],
      [2, 1n],
    ]),
  );
});
