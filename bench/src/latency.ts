import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { buildConsumer, consumerBundle } from './build-consumer.ts';
import { consumerEnvironment } from './contenders/client-tickets.ts';
import { removeObjects } from './remove-objects.ts';

/**
 * From produced to visible: how long after its producer's time a ticket is in the results and in the published counts.
 *
 *   node --import tsx bench/src/latency.ts [tickets a second]...     default: 100 1000 10000
 *
 * The consumer triggers as fast as it goes. With AWS_ENDPOINT_URL_S3 set, results and checkpoints are on S3, else in a folder.
 * A batch counts as visible when the consumer logs it, which it does after its counts were published; the time of a ticket
 * is that of its record, which the producer sets when it makes the ticket. Both clocks are this machine's.
 */
const ROOT = join(import.meta.dirname, '../..');
const SECONDS = 20;
const WARM_UP_SECONDS = 3; // start-up of the producer and of the consumer's compiler; not counted

const batchSchema = z.object({ msg: z.literal('micro-batch'), time: z.string(), offsets: z.string() });

const rates = process.argv.slice(2).map(Number);
const brokers = (process.env['KAFKA_BROKERS'] ?? 'localhost:19092').split(',');
const bucket = process.env['AWS_ENDPOINT_URL_S3'] === undefined ? undefined : process.env['S3_BUCKET'];
const home = process.env['BENCH_HOME'] ?? join(homedir(), '.cache/client-tickets-bench');
await buildConsumer(home);

const lines: string[] = [];
const results: object[] = [];
for (const rate of rates.length === 0 ? [100, 1_000, 10_000] : rates) {
  const latencies = await measure(rate);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN;
  const figures = { rate, tickets: latencies.length, p50: at(0.5), p99: at(0.99), max: at(1) };
  results.push(figures);
  lines.push(`| ${rate} | ${figures.tickets} | ${figures.p50} | ${figures.p99} | ${figures.max} |`);
  process.stderr.write(`${JSON.stringify(figures)}\n`);
}
const where = bucket === undefined ? 'a local folder' : 'local S3';
const table = [
  '| tickets a second | measured | p50, ms | p99, ms | slowest, ms |',
  '|---|---|---|---|---|',
  ...lines,
].join('\n');
const folder = join(import.meta.dirname, '../results');
const name = `latency-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`;
await mkdir(folder, { recursive: true });
await writeFile(join(folder, `${name}.json`), JSON.stringify({ where, results }, undefined, 2));
process.stdout.write(`Results on ${where}.\n\n${table}\n`);

/** Latencies in milliseconds, ascending. */
async function measure(rate: number): Promise<readonly number[]> {
  const id = `bench-latency-${randomUUID()}`;
  const runFolder = await mkdtemp(join(tmpdir(), 'bench-latency-'));
  const place = bucket === undefined ? runFolder : `s3://${bucket}/bench/${id}`;
  const workload = { name: 'latency', tickets: rate * SECONDS, maxOffsetsPerTrigger: 0, malformedPercent: 0 };
  const run = { workload, topic: id, brokers, folder: runFolder, groupId: id, home };
  const environment = consumerEnvironment(run, place);
  const log = join(runFolder, 'consumer.log');
  const consumer = start([consumerBundle(home)], { ...environment, TRIGGER: '0 milliseconds' }, log);
  try {
    await until(async () => (await readFile(log, 'utf8')).includes('partitions assigned'));
    const producer = start(
      ['--import', 'tsx', join(ROOT, 'services/producer/src/main.ts')],
      { ...environment, TICKETS_PER_SECOND: String(rate), TICKET_COUNT: String(workload.tickets) },
      join(runFolder, 'producer.log'),
    );
    await once(producer, 'exit');
    const records = await readTimes(id);
    await until(async () => covers(await readBatches(log), records));
    return latenciesOf(records, await readBatches(log));
  } finally {
    const ended = once(consumer, 'exit');
    consumer.kill('SIGTERM');
    await ended;
    if (bucket !== undefined) await removeObjects(`${place}/`);
    await rm(runFolder, { recursive: true, force: true });
  }
}

function start(args: readonly string[], env: Readonly<Record<string, string>>, log: string): ChildProcess {
  const output = openSync(log, 'w');
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return child;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let left = 1_200; left > 0; left -= 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('waited for two minutes in vain; are brokers and S3 up?');
}

interface RecordTime {
  readonly partition: string;
  readonly offset: number;
  readonly time: number;
}

async function readTimes(topic: string): Promise<readonly RecordTime[]> {
  const args = [
    '-C',
    '-b',
    brokers.join(','),
    '-t',
    topic,
    '-o',
    'beginning',
    '-e',
    '-q',
    '-f',
    '%p %o %T\n',
  ];
  const { stdout } = await promisify(execFile)('kcat', args, { maxBuffer: 2 ** 28 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [partition = '', offset, time] = line.split(' ');
      return { partition, offset: Number(offset), time: Number(time) };
    });
}

interface VisibleRange {
  readonly partition: string;
  readonly end: number;
  readonly at: number;
}

/** Of the log: `"offsets":"0: 100→150  2: 80→97"`. */
async function readBatches(log: string): Promise<readonly VisibleRange[]> {
  const ranges: VisibleRange[] = [];
  for (const line of (await readFile(log, 'utf8')).split('\n')) {
    if (!line.includes('"micro-batch"')) continue;
    const { time, offsets } = batchSchema.parse(JSON.parse(line));
    for (const [, partition = '', end] of offsets.matchAll(/(\d+): \d+→(\d+)/g)) {
      ranges.push({ partition, end: Number(end), at: Date.parse(time) });
    }
  }
  return ranges;
}

function covers(ranges: readonly VisibleRange[], records: readonly RecordTime[]): boolean {
  const ends = new Map<string, number>();
  for (const { partition, end } of ranges) ends.set(partition, Math.max(end, ends.get(partition) ?? 0));
  return records.every(({ partition, offset }) => offset < (ends.get(partition) ?? 0));
}

function latenciesOf(records: readonly RecordTime[], ranges: readonly VisibleRange[]): readonly number[] {
  const begin = records.reduce((least, { time }) => Math.min(least, time), Infinity) + WARM_UP_SECONDS * 1000;
  const byPartition = new Map<string, VisibleRange[]>();
  for (const range of ranges)
    byPartition.set(range.partition, [...(byPartition.get(range.partition) ?? []), range]);
  const next = new Map<string, number>();
  const latencies: number[] = [];
  for (const { partition, offset, time } of [...records].sort((a, b) => a.offset - b.offset)) {
    const visible = byPartition.get(partition) ?? [];
    let index = next.get(partition) ?? 0;
    while ((visible[index]?.end ?? Infinity) <= offset) index += 1;
    next.set(partition, index);
    const range = visible[index];
    if (range !== undefined && time >= begin) latencies.push(range.at - time);
  }
  return latencies.sort((a, b) => a - b);
}
