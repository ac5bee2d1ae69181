import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock, type Clock } from '@client-tickets/micro-batch';
import { createEmbeddedSource, type EmbeddedSourceOptions } from '../src/embedded-source.ts';
import { openLogWriter, type LogWriter } from '../src/log-writer.ts';
import { forkWriter, observe, stoppedClock, temporaryFolder, text, topic } from './support.ts';

const record = (value: string, partition = 0) => ({ key: null, value, timestamp: 1_000, partition });

async function openWriter(directory: string, partitions = 1): Promise<LogWriter> {
  const writer = await openLogWriter({ directory, topic, partitions });
  onTestFinished(() => writer.close());
  return writer;
}

const openSource = (directory: string, options: Partial<EmbeddedSourceOptions> = {}) =>
  createEmbeddedSource({ directory, topic, clock: stoppedClock, ...options });

test('a source of a topic that does not exist says what to do', async () => {
  const directory = await temporaryFolder();
  const source = openSource(directory);
  const listener = { onAssignment: () => {}, onChunk: () => {}, onError: () => {} };
  await expect(source.start(listener)).rejects.toMatchObject({ code: 'no-such-topic' });
  await expect(source.listPartitions()).rejects.toThrow(/Start its writer first/);
});

test('a reader owns all partitions and gets nothing before it seeks', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory, 3);
  await writer.append([record('a'), record('b', 1)]);
  const observed = await observe(openSource(directory));
  await observed.until(() => observed.assignments.length > 0);
  expect(observed.assignments).toEqual([[0, 1, 2]]);
  expect(await observed.source.listPartitions()).toEqual([0, 1, 2]);

  observed.source.seek(1, 0n);
  await observed.until(() => observed.chunks.length > 0);
  expect(observed.chunks).toMatchObject([{ partition: 1, startOffset: 0n, endOffset: 1n }]);
});

test('the first assignment comes after start has resolved', async () => {
  const directory = await temporaryFolder();
  await openWriter(directory);
  const observed = await observe(openSource(directory));
  expect(observed.assignments).toEqual([]);
  await observed.until(() => observed.assignments.length === 1);
});

test('new records of a writer in this process arrive without any polling', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  const observed = await observe(openSource(directory), () => 0n);
  for (let sent = 1; sent <= 20; sent++) {
    await writer.append([record(`ticket ${sent}`)]);
    await observed.until(() => observed.records(0).length === sent);
  }
  expect(observed.records(0).at(-1)?.offset).toBe(19n);
});

test('a position that the log never holds is announced once a second, not without pause', async () => {
  const directory = await temporaryFolder();
  await openWriter(directory);
  let now = 0;
  /** As fast as the machine is; counts how long it would have taken. */
  const hurriedClock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) =>
        setImmediate(() => {
          if (signal?.aborted !== true) now += ms;
          resolve();
        }),
      ),
  };
  const observed = await observe(openSource(directory, { clock: hurriedClock }), () => 7n);
  await observed.until(() => observed.assignments.length === 5);
  expect(now).toBeGreaterThanOrEqual(3_000); // the first is the group's, the second follows at once
});

test('a time is found at the first record of that time or later, over many reads and behind what was truncated', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory, 3);
  const big = 'x'.repeat(100_000);
  const times = [500, 700, 600, 900, 800, 1_000];
  await writer.append(times.map((timestamp) => ({ ...record(big), timestamp })));
  await writer.append([{ ...record('b', 1), timestamp: 700 }]);
  const source = openSource(directory);
  const offsetsAt = async (timestamp: number) =>
    Object.fromEntries(await source.fetchOffsetsAt(timestamp, [0, 1, 2]));
  expect(await offsetsAt(0)).toEqual({ 0: 0n, 1: 0n });
  expect(await offsetsAt(600)).toEqual({ 0: 1n, 1: 0n });
  expect(await offsetsAt(701)).toEqual({ 0: 3n });
  expect(await offsetsAt(1_001)).toEqual({});
  await writer.truncateBefore(0, 2n);
  expect(await offsetsAt(500)).toEqual({ 0: 2n, 1: 0n });
});

test('records of a writer in another process are found by polling', async () => {
  const directory = await temporaryFolder();
  await (await openWriter(directory)).close();
  const observed = await observe(openSource(directory, { clock: systemClock, pollMs: 5 }), () => 0n);
  await observed.until(() => observed.assignments.length > 0);
  forkWriter(directory);
  await observed.until(() => observed.records(0).length === 1);
  expect(text(observed.records(0)[0]?.value ?? null)).toBe('from another process');
});

test('chunks follow one another without gap or overlap, in pieces of the size asked for', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  const values = Array.from({ length: 200 }, (_, index) => `ticket ${index} ${'x'.repeat(index % 50)}`);
  await writer.append(values.map((value) => record(value)));
  const observed = await observe(openSource(directory, { maxChunkBytes: 1_000 }), () => 0n);
  await observed.until(() => observed.records(0).length >= values.length);

  let next = 0n;
  for (const { startOffset, endOffset, records, bytes } of observed.chunks) {
    expect(startOffset).toBe(next);
    expect([...records].map(({ offset }) => offset)).toEqual(
      Array.from({ length: Number(endOffset - startOffset) }, (_, index) => startOffset + BigInt(index)),
    );
    expect(bytes).toBeLessThanOrEqual(1_000);
    next = endOffset;
  }
  expect(observed.records(0).map(({ value }) => text(value))).toEqual(values);
});

test('a record larger than a chunk comes alone', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([record('a'), record('x'.repeat(10_000)), record('b')]);
  const observed = await observe(openSource(directory, { maxChunkBytes: 100 }), () => 0n);
  await observed.until(() => observed.records(0).length === 3);
  expect(observed.chunks.map(({ records }) => records.length)).toEqual([1, 1, 1]);
});

test('seek goes to any offset, forth and back', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append(Array.from({ length: 5_000 }, (_, index) => record(`${index} ${'x'.repeat(500)}`)));
  const observed = await observe(openSource(directory, { maxChunkBytes: 4_000 }));
  await observed.until(() => observed.assignments.length > 0);
  for (const offset of [4_999n, 0n, 2_500n, 2_499n, 4_000n, 1n]) {
    const before = observed.chunks.length;
    observed.source.seek(0, offset);
    await observed.until(() =>
      observed.chunks.slice(before).some(({ startOffset }) => startOffset === offset),
    );
    const chunk = observed.chunks.slice(before).find(({ startOffset }) => startOffset === offset);
    expect(text(chunk?.records.at(0).value ?? null)).toMatch(new RegExp(`^${offset} x`));
  }
});

test('a paused partition is quiet while others go on, and resumes where it stopped', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory, 2);
  const observed = await observe(openSource(directory), () => 0n);
  await observed.until(() => observed.assignments.length > 0);
  await writer.append([record('a')]);
  await observed.until(() => observed.records(0).length === 1);

  observed.source.pause(0);
  await writer.append([record('b'), record('c', 1)]);
  await observed.until(() => observed.records(1).length === 1);
  await writer.append([record('d'), record('e', 1)]);
  await observed.until(() => observed.records(1).length === 2);
  expect(observed.records(0)).toHaveLength(1);

  observed.source.resume(0);
  await observed.until(() => observed.records(0).length === 3);
  expect(observed.records(0).map(({ value }) => text(value))).toEqual(['a', 'b', 'd']);
});

test('a position that retention has overtaken is announced again instead of skipped', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([record('a'), record('b'), record('c')]);
  const observed = await observe(openSource(directory));
  await observed.until(() => observed.assignments.length > 0);
  await writer.truncateBefore(0, 2n);
  observed.source.seek(0, 1n);
  await observed.until(() => observed.assignments.length === 2);
  expect(observed.chunks).toEqual([]);

  observed.source.seek(0, 2n);
  await observed.until(() => observed.chunks.length > 0);
  expect(observed.records(0).map(({ value }) => text(value))).toEqual(['c']);
});

test('a position behind the end is announced again', async () => {
  const directory = await temporaryFolder();
  await openWriter(directory);
  const observed = await observe(openSource(directory));
  await observed.until(() => observed.assignments.length > 0);
  observed.source.seek(0, 7n);
  await observed.until(() => observed.assignments.length === 2);
  expect(observed.chunks).toEqual([]);
});

test('a log keeps its id when it is opened again and when it grows, and one in its place has another', async () => {
  const directory = await temporaryFolder();
  const idOf = async (partition: number): Promise<string | undefined> =>
    (await openSource(directory).fetchOffsets([partition])).get(partition)?.logId;
  await (await openWriter(directory, 1)).close();
  const id = await idOf(0);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  await (await openWriter(directory, 2)).close();
  expect([await idOf(0), await idOf(1)]).toEqual([id, id]);
  await rm(join(directory, topic), { recursive: true });
  await (await openWriter(directory, 1)).close();
  expect(await idOf(0)).toMatch(/^[0-9a-f-]{36}$/);
  expect(await idOf(0)).not.toBe(id);
});

test('a log that was made again is announced, and what was known of the bytes of the former one is forgotten', async () => {
  const directory = await temporaryFolder();
  const former = await openWriter(directory);
  await former.append([record('a'), record('b')]);
  const observed = await observe(openSource(directory), () => 0n);
  await observed.until(() => observed.records(0).length === 2);
  observed.source.pause(0); // it has read the former log up to here, and looks again when the next one holds more
  await former.close();
  await rm(join(directory, topic), { recursive: true });
  const next = await openWriter(directory);
  await next.append([record('longer than a'), record('and b'), record('c')]); // offset 2 lies elsewhere in this file
  observed.source.resume(0);
  await observed.until(() => observed.records(0).length === 5);
  expect(observed.assignments).toEqual([[0], [0]]);
  expect(observed.records(0).map(({ value }) => text(value))).toEqual([
    'a',
    'b',
    'longer than a',
    'and b',
    'c',
  ]);
});

test('damage is reported with file and byte, and ends delivery', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([record('a'), record('b')]);
  const path = join(directory, topic, 'partition-0.log');
  const bytes = await readFile(path);
  await writeFile(path, bytes.with(bytes.length - 1, 0));

  const observed = await observe(openSource(directory), () => 0n);
  await expect(observed.until(() => observed.chunks.length > 0)).rejects.toThrow(
    /partition-0\.log is damaged at byte 33: the record of offset 1/,
  );
});

test('readers of one group share the partitions, and take over when one stops', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory, 3);
  const first = await observe(openSource(directory), () => 0n);
  await first.until(() => first.assignments.length === 1);
  const second = await observe(openSource(directory), () => 0n);
  await second.until(() => second.assignments.length === 1);
  expect(first.assignments).toEqual([
    [0, 1, 2],
    [0, 2],
  ]);
  expect(second.assignments).toEqual([[1]]);

  await writer.append([record('a', 1)]);
  await second.until(() => second.records(1).length === 1);
  await expect(first.source.commitOffsets(new Map([[1, 1n]]))).rejects.toMatchObject({ code: 'not-owned' });

  await second.source.stop();
  expect(first.assignments.at(-1)).toEqual([0, 1, 2]);
  await first.until(() => first.records(1).length === 1);
  expect(first.records(0)).toEqual([]);
});

test('groups do not disturb each other', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([record('a')]);
  for (const groupId of ['one', 'other/..']) {
    const observed = await observe(openSource(directory, { groupId }), () => 0n);
    await observed.until(() => observed.records(0).length === 1);
    expect(observed.assignments).toEqual([[0]]);
  }
});

test('committed offsets can be seen from outside, those of all members together', async () => {
  const directory = await temporaryFolder();
  await openWriter(directory, 2);
  const first = await observe(openSource(directory, { groupId: 'lag' }));
  await first.until(() => first.assignments.length === 1);
  const second = await observe(openSource(directory, { groupId: 'lag' }));
  await second.until(() => second.assignments.length === 1);
  await Promise.all([
    first.source.commitOffsets(new Map([[0, 600n]])),
    second.source.commitOffsets(new Map([[1, 580n]])),
  ]);
  expect(await readFile(join(directory, topic, 'groups', 'lag.json'), 'utf8')).toBe(
    '{"0":"600","1":"580"}\n',
  );
});

test('partitions added by a new writer are assigned without a restart', async () => {
  const directory = await temporaryFolder();
  await (await openWriter(directory, 1)).close();
  let now = 0;
  const clock = { ...stoppedClock, monotonic: () => now };
  const observed = await observe(openSource(directory, { clock }), () => 0n);
  await observed.until(() => observed.assignments.length === 1);
  now = 60_000;
  await openWriter(directory, 2);
  await observed.until(() => observed.assignments.length === 2);
  expect(observed.assignments).toEqual([[0], [0, 1]]);
});

test('a stopped source is silent', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  const stopped = await observe(openSource(directory, { groupId: 'stopped' }), () => 0n);
  await stopped.until(() => stopped.assignments.length === 1);
  await stopped.source.stop();
  const witness = await observe(openSource(directory, { groupId: 'witness' }), () => 0n);
  await writer.append([record('a')]);
  await witness.until(() => witness.records(0).length === 1);
  expect(stopped.chunks).toEqual([]);
  expect(stopped.assignments).toHaveLength(1);
});
