import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodePartitionCheckpoint,
  encodePartitionCheckpoint,
} from '../../src/checkpoint/partition-checkpoint-format.ts';
import type { PartitionCheckpoint } from '../../src/checkpoint/partition-checkpoint.ts';

const NAME = 's3a://bucket/checkpoints/letters/partition-2.json';
const GOLDEN = readFileSync(join(import.meta.dirname, 'golden/partition-checkpoint-v4.json.golden'));

type Counts = Readonly<Record<string, number>>;

function parseCounts(value: unknown): Counts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected counts');
  for (const count of Object.values(value))
    if (typeof count !== 'number') throw new Error('expected a number');
  return value as Counts;
}

const decode = (body: Uint8Array): PartitionCheckpoint<Counts> =>
  decodePartitionCheckpoint(body, NAME, parseCounts);

/** How a document is refused; `undefined` when it is not. */
function refusalOf(document: unknown): { readonly code: string; readonly message: string } | undefined {
  try {
    decode(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)));
    return undefined;
  } catch (error) {
    return error as { readonly code: string; readonly message: string };
  }
}

const range = fc
  .tuple(fc.bigInt(0n, 10n ** 18n), fc.bigInt(1n, 10n ** 9n))
  .map(([startOffset, length]) => ({ startOffset, endOffset: startOffset + length }));
const count = fc.nat(1_000_000);
const at = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const batch = fc.record({ batchId: count, rows: count, deadLetters: count, at });
const files = fc.record({
  rows: count,
  deadLetters: count,
  files: fc.array(fc.record({ key: fc.string({ unit: 'binary' }), size: count }), { maxLength: 3 }),
  plannedAt: at,
  storedAt: at,
});
const frontier = fc.record({
  length: fc.bigInt(0n, 10n ** 9n),
  state: fc.dictionary(fc.string(), count),
  totals: fc.record({ rows: count, deadLetters: count, emptyOffsets: count }),
  mark: fc.option(
    fc.record({
      timestamp: fc.oneof(fc.nat(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(Number)),
      crc: fc.stringMatching(/^[0-9a-f]{8}$/),
    }),
  ),
  at,
});
const checkpoints: fc.Arbitrary<PartitionCheckpoint<Counts>> = fc
  .record({
    query: fc.uuid(),
    partition: fc.nat(100),
    batchId: fc.integer({ min: -1, max: 1_000 }),
    firstOffset: fc.bigInt(0n, 10n ** 18n),
    stored: frontier,
    counted: frontier,
    planned: fc.option(at),
    recentBatches: fc.array(batch, { maxLength: 3 }),
    recentFiles: fc.array(files, { maxLength: 3 }),
    gaps: fc.array(
      fc.record({
        range,
        reason: fc.constantFrom('expired' as const, 'replaced' as const),
        isCounted: fc.boolean(),
        at,
      }),
      { maxLength: 3 },
    ),
    logId: fc.option(fc.string()),
    stopped: fc.option(
      fc
        .record({
          range,
          reason: fc.constantFrom('expired' as const, 'truncated' as const, 'replaced' as const),
          at,
          decision: fc.constantFrom(null, 'earliest' as const, 'latest' as const),
        })
        .map(({ range, ...rest }) => ({ ...range, ...rest })),
    ),
  })
  .map(({ batchId, firstOffset, stored, counted, planned, recentBatches, recentFiles, gaps, ...rest }) => {
    const place = ({ length, mark, ...values }: typeof stored, from: bigint) => {
      const endOffset = from + length;
      const lastRecord = mark === null || endOffset === 0n ? null : { offset: endOffset - 1n, ...mark };
      return { endOffset, lastRecord, ...values };
    };
    const first = place(stored, firstOffset);
    const second = place(counted, first.endOffset);
    const open = { startOffset: first.endOffset, endOffset: second.endOffset };
    const isOpen = open.startOffset < open.endOffset;
    const inFiles = { startOffset: firstOffset, endOffset: first.endOffset };
    return {
      ...rest,
      firstOffset,
      stored: first,
      counted: { batchId, ...second },
      openSince: isOpen ? second.at : null,
      planned: planned === null || !isOpen ? null : { ...open, at: planned },
      recentBatches: isOpen ? recentBatches.map((each) => ({ ...each, ...open })) : [],
      recentFiles: stored.length === 0n ? [] : recentFiles.map((each) => ({ ...each, ...inFiles })),
      gaps: gaps.map(({ range, ...gap }) => ({ ...range, ...gap })),
    };
  });

test('a checkpoint survives being written and read', () => {
  fc.assert(
    fc.property(checkpoints, (checkpoint) => {
      expect(decode(encodePartitionCheckpoint(checkpoint))).toEqual(checkpoint);
    }),
  );
});

test('a checkpoint of version 4 is read as it was meant, and still written like that', () => {
  const golden = decode(GOLDEN);
  expect(golden.stored).toMatchObject({
    endOffset: 9_007_199_254_740_993n,
    state: { a: 7, b: 2 },
  });
  expect(golden.planned).toMatchObject({ endOffset: 9_007_199_254_741_043n });
  expect(golden.counted).toMatchObject({ batchId: 4, endOffset: 9_007_199_254_741_043n });
  expect(golden.recentBatches.map(({ batchId }) => batchId)).toEqual([3, 4]);
  expect(golden.recentFiles.map(({ files }) => files.length)).toEqual([2, 0]);
  expect(golden.stored.lastRecord).toEqual({
    offset: 9_007_199_254_740_990n,
    timestamp: 1_763_803_804_000,
    crc: '0f3a99c1',
  });
  expect(golden.logId).toBe('5f0cGd2hTh6bPqFv2Q0mXw');
  expect(golden.stopped).toMatchObject({
    reason: 'truncated',
    startOffset: 9_007_199_254_740_000n,
    decision: null,
  });
  expect(golden.gaps).toHaveLength(1);
  expect(Buffer.from(encodePartitionCheckpoint(golden)).toString()).toBe(GOLDEN.toString());
});

type Json = Record<string, unknown>;

/** Every place of a document, as an error names it, with what it holds and a way to change that. */
function places(
  node: Json | unknown[],
  path = '',
): { path: string; value: unknown; set: (value: unknown) => void }[] {
  return Object.entries(node).flatMap(([name, value]) => {
    const at = Array.isArray(node) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    const set = (changed: unknown): void => {
      (node as Json)[name] = changed;
    };
    const inside = typeof value === 'object' && value !== null ? places(value as Json, at) : [];
    return [{ path: at, value, set }, ...inside];
  });
}

/** What can't stand where `value` does. */
function wrongFor(path: string, value: unknown): readonly unknown[] {
  if (path.endsWith('timestamp')) return ['7', null, true, undefined]; // a producer may write any number
  if (typeof value === 'boolean') return ['true', null, 1, undefined];
  if (typeof value === 'number') return ['7', null, 1.5, -2, true, undefined];
  if (Array.isArray(value)) return [{}, null, 'x', undefined];
  const mayBeNull = /^(planned|stopped|logId|openSince|(counted|stored)\.lastRecord|stopped\.decision)$/.test(
    path,
  );
  const nothing = mayBeNull ? [] : [null];
  if (typeof value === 'object') return [[], 7, undefined, ...nothing];
  const isOffset = /offset$/i.test(path);
  return [
    7,
    {},
    undefined,
    ...nothing,
    ...(isOffset ? ['', '-1', '1.5', '0x1', '12345678901234567890'] : []),
  ];
}

test('a document that lacks a field, or holds something else there, is refused with its name and the place', () => {
  const isState = (path: string): boolean => /^(counted|stored)\.state\./.test(path);
  const document = JSON.parse(GOLDEN.toString()) as Json;
  const all = places(document).filter(({ path }) => !isState(path));
  expect(all.length).toBeGreaterThan(40);
  for (const { path, value, set } of all) {
    for (const wrong of wrongFor(path, value)) {
      set(wrong);
      const refusal = refusalOf(document);
      const what = `${path} = ${JSON.stringify(wrong)}`;
      expect(refusal?.code, what).toBe('checkpoint_damaged');
      expect(refusal?.message, what).toContain(`${NAME} is damaged: ${path}`);
    }
    set(value);
  }
  expect(refusalOf(document)).toBeUndefined();
});

test('a state that its handler does not take is refused with what the handler says', () => {
  const document = JSON.parse(GOLDEN.toString()) as { stored: { state: Json } };
  document.stored.state['a'] = 'seven';
  expect(refusalOf(document)).toMatchObject({
    code: 'checkpoint_damaged',
    message: expect.stringContaining('stored.state: expected a number'),
  });
});

test('parts that contradict each other are refused', () => {
  const change = (path: readonly string[], value: unknown): unknown => {
    const document = JSON.parse(GOLDEN.toString()) as Json;
    let node = document;
    for (const name of path.slice(0, -1)) node = node[name] as Json;
    node[path.at(-1) ?? ''] = value;
    return refusalOf(document);
  };
  const contradictions = [
    [['firstOffset'], '9007199254740994', 'stored.endOffset'],
    [['counted', 'endOffset'], '9007199254740992', 'counted.endOffset'],
    [['openSince'], null, 'openSince: expected a time'],
    [['planned', 'startOffset'], '9007199254740994', 'planned.startOffset'],
    [['planned', 'endOffset'], '9007199254741042', 'planned.endOffset'],
    [['planned', 'endOffset'], '9007199254740993', 'planned: expected endOffset after'],
    [['recentBatches', '1', 'endOffset'], '9007199254741044', 'recentBatches[1].endOffset'],
    [['recentFiles', '1', 'endOffset'], '9007199254740994', 'recentFiles[1].endOffset'],
    [['recentFiles', '0', 'endOffset'], '5', 'recentFiles[0]: expected endOffset after'],
    [['counted', 'lastRecord', 'offset'], '9007199254741043', 'counted.lastRecord.offset'],
    [['stored', 'lastRecord', 'offset'], '9007199254740993', 'stored.lastRecord.offset'],
    [['stopped', 'endOffset'], '9007199254740000', 'stopped: expected endOffset after'],
    [['gaps', '0', 'endOffset'], '12', 'gaps[0]: expected endOffset after'],
    [['gaps', '0', 'reason'], 'eaten', 'gaps[0].reason: expected one of expired, replaced'],
  ] as const;
  for (const [path, value, message] of contradictions) {
    expect(change(path, value), path.join('.')).toMatchObject({
      code: 'checkpoint_damaged',
      message: expect.stringContaining(message),
    });
  }
});

test('while all is stored there is no time since which files are open', () => {
  const document = JSON.parse(GOLDEN.toString()) as {
    counted: Json;
    stored: Json;
    recentBatches: unknown[];
    planned: null;
  };
  document.counted = { ...document.stored, batchId: 4 };
  document.recentBatches = [];
  document.planned = null;
  expect(refusalOf(document)?.message).toContain('openSince: expected null, as all is stored');
});

test('another version is refused as such, before anything else is looked at, with what to do', () => {
  expect(refusalOf({ version: 5, all: 'is different' })).toMatchObject({
    code: 'checkpoint_newer',
    message: expect.stringMatching(
      /partition-2.json has version 5; this program knows version 4\. Run the newer/,
    ),
  });
  expect(refusalOf({ version: 3, all: 'is different' })).toMatchObject({
    code: 'checkpoint_older',
    message: expect.stringMatching(
      /partition-2.json has version 3; .* or reset the query, which starts it again/,
    ),
  });
});

test('a document that is cut off anywhere, or is no JSON, is refused by name', () => {
  const text = GOLDEN.toString();
  for (let length = 0; length < text.trimEnd().length; length += 1) {
    expect(refusalOf(text.slice(0, length))?.code, `the first ${length} bytes`).toBe('checkpoint_damaged');
  }
  for (const document of ['null', '[]', '7', '"text"', '{}', '\u{0}']) {
    expect(refusalOf(document)?.message).toContain(`${NAME} is damaged`);
  }
});

test('bytes that are no UTF-8 are refused', () => {
  const body = Buffer.from(GOLDEN);
  body[body.indexOf('0b8f6e0c')] = 0xff;
  expect(() => decode(body)).toThrow(/is damaged: expected JSON in UTF-8/);
});
