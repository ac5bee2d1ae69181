import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEmbeddedSource } from '../src/embedded-source.ts';
import { openLogWriter, type LogWriter } from '../src/log-writer.ts';
import { encodeFrame } from '../src/record-frame.ts';
import { observe, stoppedClock, text, topic } from './support.ts';

type Action =
  /** Calls of `append` made at the same time, each with records of these keys. */
  | { readonly kind: 'append'; readonly calls: readonly (readonly (string | null)[])[] }
  | { readonly kind: 'reopen' }
  /** The writer dies while it writes `records` more to each partition; `written` is the share that got there. */
  | { readonly kind: 'crash'; readonly records: number; readonly written: readonly number[] };

interface StoredValue {
  readonly offset: bigint;
  readonly value: string;
}

const partitions = 2;
const key = fc.option(fc.constantFrom('CL-100', 'CL-417', 'CL-999'), { nil: null });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    calls: fc.array(fc.array(key, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('reopen' as const) }),
  fc.record({
    kind: fc.constant('crash' as const),
    records: fc.integer({ min: 1, max: 3 }),
    written: fc.array(share, { minLength: partitions, maxLength: partitions }),
  }),
);

let values = 0;
/** No two are alike, and their sizes differ. */
const nextValue = (): string => `${values++}`.padEnd(values % 40, '.');

async function appendAll(
  writer: LogWriter,
  calls: readonly (readonly (string | null)[])[],
  logs: readonly StoredValue[][],
): Promise<void> {
  const records = calls.map((keys) => keys.map((key) => ({ key, value: nextValue(), timestamp: 0 })));
  const places = await Promise.all(records.map((call) => writer.append(call)));
  for (const [index, { partition, offset }] of places.flat().entries()) {
    logs[partition]?.push({ offset, value: records.flat()[index]?.value ?? '' });
  }
}

/** What a writer leaves that dies in the middle of a write. Records that got there whole stay in the log. */
async function leaveUnfinished(
  path: string,
  log: StoredValue[],
  records: number,
  written: number,
): Promise<void> {
  const frames = Array.from({ length: records }, (_, index) => {
    const stored = { offset: BigInt(log.length + index), value: nextValue() };
    return {
      stored,
      bytes: encodeFrame({ ...stored, timestamp: 0, key: null, value: Buffer.from(stored.value) }),
    };
  });
  const bytes = Buffer.concat(frames.map((frame) => frame.bytes));
  const cut = Math.floor(written * bytes.byteLength);
  await appendFile(path, bytes.subarray(0, cut));
  let end = 0;
  for (const frame of frames) {
    end += frame.bytes.byteLength;
    if (end <= cut) log.push(frame.stored);
  }
}

test('whatever crashes in between, acknowledged records stay, once, in order, at contiguous offsets', async () => {
  const run = async (actions: readonly Action[], maxChunkBytes: number): Promise<void> => {
    const directory = await mkdtemp(join(tmpdir(), 'embedded-log-'));
    const open = () => openLogWriter({ directory, topic, partitions });
    const read = (groupId: string) =>
      observe(
        createEmbeddedSource({ directory, topic, clock: stoppedClock, groupId, maxChunkBytes }),
        () => 0n,
      );
    const logs: StoredValue[][] = Array.from({ length: partitions }, () => []);

    let writer = await open();
    const along = await read('along');
    for (const step of actions) {
      if (step.kind === 'append') {
        await appendAll(writer, step.calls, logs);
        continue;
      }
      await writer.close();
      if (step.kind === 'crash') {
        for (const [partition, log] of logs.entries()) {
          const path = join(directory, topic, `partition-${partition}.log`);
          await leaveUnfinished(path, log, step.records, step.written[partition] ?? 0);
        }
      }
      writer = await open();
    }
    for (const reader of [along, await read('afterwards')]) {
      await reader.until(() =>
        logs.every((log, partition) => reader.records(partition).length >= log.length),
      );
      await reader.source.stop();
      for (const [partition, log] of logs.entries()) {
        const found = reader.records(partition).map(({ offset, value }) => ({ offset, value: text(value) }));
        expect(found).toEqual(log);
        expect(found.map(({ offset }) => offset)).toEqual(log.map((_, index) => BigInt(index)));
      }
    }
    await writer.close();
    await rm(directory, { recursive: true });
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 40, max: 400 }),
      run,
    ),
    { numRuns: 60 },
  );
});
