import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStartingOffsets, resolveStartingOffsets } from '../../src/query/starting-offsets.ts';

const TOPIC = 'client_tickets';
const refusal = (...parts: readonly string[]): unknown =>
  expect.objectContaining({
    code: 'settings',
    message: expect.stringMatching(
      parts.map((part) => part.replaceAll(/[{}[\]()^$.|?*+\\]/g, String.raw`\$&`)).join('.*'),
    ),
  });

const logs = fc
  .array(fc.tuple(fc.bigInt(0n, 10n ** 9n), fc.bigInt(0n, 10n ** 9n)), { minLength: 1, maxLength: 5 })
  .map(
    (partitions) =>
      new Map(
        partitions.map(([earliest, count], partition) => [partition, { earliest, latest: earliest + count }]),
      ),
  );

test('earliest and latest are where the log starts and ends', () => {
  fc.assert(
    fc.property(logs, (log) => {
      for (const word of ['earliest', 'latest'] as const) {
        const texts = [` ${word}\n`, word.toUpperCase(), `${word.charAt(0).toUpperCase()}${word.slice(1)}`];
        const [resolved, ...others] = texts.map((text) =>
          resolveStartingOffsets(parseStartingOffsets(text), TOPIC, log),
        );
        expect(others).toEqual([resolved, resolved]);
        expect(resolved).toEqual(new Map([...log].map(([partition, offsets]) => [partition, offsets[word]])));
      }
    }),
  );
});

test('JSON names an offset for each partition, -2 is earliest and -1 is latest, as in Spark', () => {
  fc.assert(
    fc.property(logs, fc.infiniteStream(fc.nat()), (log, stream) => {
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
      expect(resolveStartingOffsets(parseStartingOffsets(text), TOPIC, log)).toEqual(
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

test('a partition or offset that can not be is refused by name', () => {
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

test('every partition of the topic must be named, and no other, and no other topic', () => {
  const log = new Map([0, 1].map((partition) => [partition, { earliest: 0n, latest: 9n }]));
  const resolve = (offsets: object) => () =>
    resolveStartingOffsets(parseStartingOffsets(JSON.stringify(offsets)), TOPIC, log);
  expect(resolve({ [TOPIC]: { 0: 1 } })).toThrow(refusal('partitions 0, 1', 'found', 'partitions 0'));
  expect(resolve({ [TOPIC]: { 0: 1, 1: 1, 2: 1 } })).toThrow(refusal('partitions 0, 1, 2'));
  expect(resolve({ tickets: { 0: 1, 1: 1 } })).toThrow(refusal(`topic ${TOPIC}`, 'found topic tickets'));
});

test('an offset that the log does not reach is refused rather than moved', () => {
  const log = new Map([[0, { earliest: 10n, latest: 20n }]]);
  for (const offset of [9, 21]) {
    const starting = parseStartingOffsets(JSON.stringify({ [TOPIC]: { 0: offset } }));
    expect(() => resolveStartingOffsets(starting, TOPIC, log)).toThrow(
      refusal('10 to 20 for partition 0', `found ${offset}`),
    );
  }
});
