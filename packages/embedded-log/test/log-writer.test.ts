import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync, utimesSync } from 'node:fs';
import { open, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { leaveLock } from '@client-tickets/local-folder/testing';
import { systemClock, type Clock } from '@client-tickets/micro-batch';
import { expect, onTestFinished, test } from 'vitest';
import { createEmbeddedSource } from '../src/embedded-source.ts';
import { openLogWriter, type LogWriter } from '../src/log-writer.ts';
import { forkWriter, observe, stoppedClock, temporaryFolder, text, topic } from './support.ts';

const record = (value: string) => ({ key: null, value, timestamp: 1_000 });

async function openWriter(directory: string, partitions = 1, clock: Clock = systemClock): Promise<LogWriter> {
  const writer = await openLogWriter({ directory, topic, partitions, clock });
  onTestFinished(() => writer.close());
  return writer;
}

async function readValues(directory: string, count: number): Promise<(string | null)[]> {
  const source = createEmbeddedSource({ directory, topic, clock: stoppedClock, groupId: 'check' });
  const observed = await observe(source, () => 0n);
  await observed.until(() => observed.records(0).length >= count);
  await source.stop();
  return observed.records(0).map(({ value }) => text(value));
}

test('offsets go on where an earlier writer stopped', async () => {
  const directory = await temporaryFolder();
  const first = await openWriter(directory);
  await first.append([record('a'), record('b')]);
  await first.close();

  const second = await openWriter(directory);
  expect(await second.append([record('c')])).toEqual([{ partition: 0, offset: 2n }]);
  expect(await readValues(directory, 3)).toEqual(['a', 'b', 'c']);
});

test('appends that come together are stored in the order of the calls', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  const places = await Promise.all(['a', 'b', 'c', 'd'].map((value) => writer.append([record(value)])));
  expect(places.flat().map(({ offset }) => offset)).toEqual([0n, 1n, 2n, 3n]);
  expect(await readValues(directory, 4)).toEqual(['a', 'b', 'c', 'd']);
});

test('a key keeps its partition, and a record may name one', async () => {
  const writer = await openWriter(await temporaryFolder(), 3);
  const [first, second, chosen] = await writer.append([
    { key: 'CL-417', value: 'a', timestamp: 0 },
    { key: 'CL-417', value: 'b', timestamp: 0 },
    { key: 'CL-417', value: 'c', timestamp: 0, partition: 1 },
  ]);
  expect(first?.partition).toBe(second?.partition);
  expect(chosen?.partition).toBe(1);
});

test('empty and missing keys and values come back as they were', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([
    { key: null, value: null, timestamp: 1 },
    { key: '', value: new Uint8Array(), timestamp: 1_795_339_800_000 },
  ]);
  const observed = await observe(createEmbeddedSource({ directory, topic, clock: stoppedClock }), () => 0n);
  await observed.until(() => observed.records(0).length === 2);
  expect(observed.records(0)).toMatchObject([
    { offset: 0n, timestamp: 1, key: null, value: null },
    { offset: 1n, timestamp: 1_795_339_800_000, key: Buffer.alloc(0), value: Buffer.alloc(0) },
  ]);
});

test('an append is refused whole when one of its records cannot be stored', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  const tooLarge = { key: null, value: new Uint8Array(16 * 1024 * 1024), timestamp: 0 };
  await expect(writer.append([record('a'), tooLarge])).rejects.toThrow(/at most 16777216 bytes/);
  await expect(writer.append([{ ...record('a'), partition: 7 }])).rejects.toThrow(/partitions 0 to 0, but 7/);
  expect(await writer.append([record('b')])).toEqual([{ partition: 0, offset: 0n }]);
});

test('a closed writer says so', async () => {
  const writer = await openWriter(await temporaryFolder());
  await writer.close();
  await expect(writer.append([record('a')])).rejects.toMatchObject({ code: 'closed' });
});

test('a log grows to more partitions and refuses fewer', async () => {
  const directory = await temporaryFolder();
  await (await openWriter(directory, 2)).close();
  const grown = await openWriter(directory, 3);
  expect(await grown.append([{ ...record('a'), partition: 2 }])).toEqual([{ partition: 2, offset: 0n }]);
  await grown.close();
  await expect(openWriter(directory, 1)).rejects.toThrow(/has 3 partitions and cannot lose any, but 1/);
});

test("a topic's name must not lead out of the folder", async () => {
  const directory = await temporaryFolder();
  await expect(openLogWriter({ directory, topic: '..', partitions: 1 })).rejects.toMatchObject({
    code: 'refused',
  });
  await expect(openLogWriter({ directory, topic: 'a/b', partitions: 1 })).rejects.toMatchObject({
    code: 'refused',
  });
});

test('a second writer is refused by name until the first has closed', async () => {
  const directory = await temporaryFolder();
  const first = await openWriter(directory);
  await expect(openWriter(directory)).rejects.toThrow(
    new RegExp(`is in use by this process, ${process.pid} on host`),
  );
  await first.close();
  await openWriter(directory);
});

test('a writer in another process is refused by name, and its lock is taken over when it is killed', async () => {
  const directory = await temporaryFolder();
  const other = forkWriter(directory);
  await once(other, 'message');
  await expect(openWriter(directory)).rejects.toThrow(
    `is in use by process ${other.pid} on host ${hostname()}`,
  );

  other.kill('SIGKILL');
  await once(other, 'exit');
  const writer = await openWriter(directory);
  expect(await writer.append([record('b')])).toEqual([{ partition: 0, offset: 1n }]);
  expect(await readValues(directory, 2)).toEqual(['from another process', 'b']);
});

test('a writer on another machine is respected while it shows signs of life, and followed after ten seconds without', async () => {
  const directory = await temporaryFolder();
  const lock = leaveLock(join(directory, topic, 'locks'), 1, {
    machine: 'elsewhere',
    host: 'elsewhere',
    pid: 1,
  });
  let isAlive = true;
  let now = 0;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      now += ms;
      if (isAlive) utimesSync(lock, now, now);
    },
  };
  await expect(openWriter(directory, 1, clock)).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining('is in use by process 1 on host elsewhere'),
  });
  isAlive = false;
  const start = now;
  await openWriter(directory, 1, clock);
  expect(now - start).toBe(10_000);
});

test('a writer that was frozen writes nothing once another one has taken its place', async () => {
  const directory = await temporaryFolder();
  const frozen = await openWriter(directory);
  await frozen.append([record('a')]);
  leaveLock(join(directory, topic, 'locks'), 2, { machine: 'elsewhere', host: 'elsewhere', pid: 1 });
  await expect(frozen.append([record('b')])).rejects.toMatchObject({
    code: 'failed',
    cause: { message: expect.stringContaining('was taken over by process 1 on host elsewhere') },
  });
  expect(await readValues(directory, 1)).toEqual(['a']);
});

test.skipIf(process.platform === 'win32')('files are for their user alone', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([record('a')]);
  const source = createEmbeddedSource({ directory, topic, clock: stoppedClock });
  const observed = await observe(source, () => 0n);
  await observed.until(() => observed.chunks.length > 0);
  await source.commitOffsets(new Map([[0, 1n]]));
  const entries = await readdir(join(directory, topic), { recursive: true, withFileTypes: true });
  const modes = entries.map((entry) => {
    const mode = (statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8);
    return `${entry.isDirectory() ? 'folder' : 'file'} ${mode}`;
  });
  expect(new Set(modes)).toEqual(new Set(['folder 700', 'file 600']));
});

test.skipIf(process.platform === 'win32')(
  'a pipe or a link in the place of a partition is refused',
  async () => {
    const directory = await temporaryFolder();
    await (await openWriter(directory)).close();
    const path = join(directory, topic, 'partition-0.log');
    await rm(path);
    execFileSync('mkfifo', [path]);
    await expect(openWriter(directory)).rejects.toMatchObject({ code: 'ENOTFILE' });
    await rm(path);
    await symlink('/etc/hostname', path);
    await expect(openWriter(directory)).rejects.toMatchObject({ code: 'ELOOP' });
  },
);

test.each([0, -1, 1.5, 1e9])('a topic that claims %d partitions is damaged', async (partitions) => {
  const directory = await temporaryFolder();
  await (await openWriter(directory)).close();
  await writeFile(join(directory, topic, 'topic.json'), JSON.stringify({ version: 1, topic, partitions }));
  await expect(openWriter(directory)).rejects.toMatchObject({ code: 'corrupt' });
});

test.each([
  ['a flipped bit', (bytes: Buffer) => bytes.with(45, bytes[45] === 0 ? 1 : 0)],
  ['a lost end', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['a lost beginning', (bytes: Buffer) => bytes.subarray(33)],
])('%s in acknowledged records is an error that names file and byte', async (_, damage) => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([record('a'), record('b'), record('c')]);
  await writer.close();
  const path = join(directory, topic, 'partition-0.log');
  const damaged = damage(await readFile(path));
  await writeFile(path, damaged);

  await expect(openWriter(directory)).rejects.toThrow(
    /partition-0\.log is damaged at byte \d+: .*acknowledged/,
  );
  expect(await readFile(path)).toEqual(Buffer.from(damaged));
});

test('what a crash left behind the acknowledged records is cut off', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([record('a'), record('b')]);
  await writer.close();
  const path = join(directory, topic, 'partition-0.log');
  const whole = await readFile(path);
  const log = await open(path, 'a');
  await log.writeFile(whole.subarray(0, 20));
  await log.close();

  const next = await openWriter(directory);
  expect(await next.append([record('c')])).toEqual([{ partition: 0, offset: 2n }]);
  expect(await readValues(directory, 3)).toEqual(['a', 'b', 'c']);
});

test('records that were stored are kept when the note of their acknowledgement is older', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append([record('a')]);
  const bounds = join(directory, topic, 'partition-0.bounds');
  const older = await readFile(bounds);
  await writer.append([record('b'), record('c')]);
  await writer.close();
  await writeFile(bounds, older);

  await openWriter(directory);
  expect(await readValues(directory, 3)).toEqual(['a', 'b', 'c']);
});

test.runIf(process.platform === 'linux')(
  'a full disk fails the writer, and loses nothing that was acknowledged',
  async () => {
    const directory = await temporaryFolder();
    const script = join(import.meta.dirname, 'full-disk-process.ts');
    // No file may grow beyond 8 blocks; a write beyond it fails as on a full disk.
    const limited = `ulimit -f 8; exec "$0" --import tsx "$1" "$2"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', limited, process.execPath, script, directory], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const { acknowledged, codes } = JSON.parse(stdout);
    expect(acknowledged).toBeGreaterThan(0);
    expect(codes).toEqual(['failed', 'failed']);

    await openWriter(directory);
    const values = await readValues(directory, acknowledged);
    expect(values.slice(0, acknowledged)).toEqual(
      Array.from({ length: acknowledged }, (_, index) => `${index}`.padEnd(100)),
    );
  },
);

test('damaged bounds are an error that names the file', async () => {
  const directory = await temporaryFolder();
  await (await openWriter(directory)).close();
  await truncate(join(directory, topic, 'partition-0.bounds'), 10);
  await expect(openWriter(directory)).rejects.toThrow(/partition-0\.bounds should say/);
});

test('a creation that was interrupted is done again', async () => {
  const directory = await temporaryFolder();
  await (await openWriter(directory, 2)).close();
  await rm(join(directory, topic, 'topic.json'));
  await rm(join(directory, topic, 'partition-1.bounds'));
  const writer = await openWriter(directory, 2);
  expect(await writer.append([{ ...record('a'), partition: 1 }])).toEqual([{ partition: 1, offset: 0n }]);
});

test('truncateBefore moves the start of a partition, durably and never back', async () => {
  const directory = await temporaryFolder();
  const writer = await openWriter(directory);
  await writer.append(['a', 'b', 'c', 'd'].map(record));
  await writer.truncateBefore(0, 2n);
  await writer.truncateBefore(0, 1n);
  await expect(writer.truncateBefore(0, 5n)).rejects.toThrow(/ends at offset 4/);
  await writer.close();

  await openWriter(directory);
  const source = createEmbeddedSource({ directory, topic, clock: stoppedClock });
  expect(await source.fetchOffsets([0])).toEqual(
    new Map([[0, { earliest: 2n, latest: 4n, logId: expect.any(String) as unknown }]]),
  );
  const observed = await observe(source, () => 2n);
  await observed.until(() => observed.chunks.length > 0);
  expect(observed.records(0).map(({ value }) => text(value))).toEqual(['c', 'd']);
});
