import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createKafkaProducer, ensureTopic, type KafkaSourceOptions } from '@client-tickets/kafka';
import { silentLogger, systemClock as clock } from '@client-tickets/micro-batch';
import { z } from 'zod';
import { benchMessages, type ExpectedCounts } from './bench-messages.ts';
import { fetchTopicOffsets } from './topic-offsets.ts';
import { topicOf, type Workload } from './workload.ts';

const PARTITIONS = 3;
const REPLICATION_FACTOR = 3;
const MANY = 100_000;

const countsSchema = z.object({
  TECHNICAL: z.number(),
  BILLING: z.number(),
  ACCOUNT: z.number(),
  GENERAL: z.number(),
});

/**
 * Fills the workload's topic, unless it is full already, and says what results must count. Many messages are sent by kcat,
 * which is among the peers anyway, and fast. Its partitioner is set to the one of Java's clients, as the producer's is.
 */
export async function seedTopic(
  workload: Workload,
  options: { readonly brokers: readonly string[]; readonly home: string },
): Promise<ExpectedCounts> {
  const topic = topicOf(workload);
  const connection = { brokers: [...options.brokers] };
  const common = { connection, topic, logger: silentLogger, clock };
  await ensureTopic({ ...common, partitions: PARTITIONS, replicationFactor: REPLICATION_FACTOR });
  const held = await countMessages(topic, options.brokers);
  const memory = join(options.home, `${topic}.counts.json`);
  if (held === workload.tickets) {
    const remembered = await readFile(memory, 'utf8').catch(() => undefined);
    return remembered === undefined
      ? countOnly(workload, options.home)
      : countsSchema.parse(JSON.parse(remembered));
  }
  if (held > 0) {
    throw new Error(
      `${topic} holds ${held} messages, expected none or ${workload.tickets}: delete the topic and try again`,
    );
  }
  const counts = await send(workload, topic, common, options);
  await mkdir(options.home, { recursive: true });
  await writeFile(memory, JSON.stringify(counts));
  return counts;
}

async function countMessages(topic: string, brokers: readonly string[]): Promise<number> {
  const offsets = await fetchTopicOffsets(topic, brokers);
  return [...offsets.values()].reduce((sum, { earliest, latest }) => sum + latest - earliest, 0);
}

async function send(
  workload: Workload,
  topic: string,
  common: Omit<KafkaSourceOptions, 'groupId'>,
  { brokers, home }: { readonly brokers: readonly string[]; readonly home: string },
): Promise<ExpectedCounts> {
  if (workload.independent !== undefined) return runPythonProducer(workload, brokers.join(','), home);
  return workload.tickets < MANY ? sendFew(workload, common) : sendMany(workload, topic, brokers);
}

/** Without brokers (`-`) it only counts. */
async function runPythonProducer(workload: Workload, brokers: string, home: string): Promise<ExpectedCounts> {
  const { tickets, independent } = workload;
  const python = join(home, 'python-producer/bin/python');
  if (!existsSync(python))
    throw new Error(
      `${topicOf(workload)} is filled by Python, which is not there: bench/peers/set-up python-producer`,
    );
  const script = join(import.meta.dirname, '../peers/produce_tickets.py');
  const { stdout } = await promisify(execFile)(python, [
    script,
    brokers,
    topicOf(workload),
    String(tickets),
    independent?.form ?? '',
    independent?.codec ?? '',
  ]);
  return countsSchema.parse(JSON.parse(stdout));
}

async function countOnly(workload: Workload, home: string): Promise<ExpectedCounts> {
  if (workload.independent !== undefined) return runPythonProducer(workload, '-', home);
  let counts: ExpectedCounts | undefined;
  for (const _ of benchMessages(workload, (all) => (counts = all)));
  if (counts === undefined) throw new Error('the generator did not end');
  return counts;
}

async function sendFew(
  workload: Workload,
  options: Omit<KafkaSourceOptions, 'groupId'>,
): Promise<ExpectedCounts> {
  const producer = createKafkaProducer(options);
  let counts: ExpectedCounts | undefined;
  await producer.send([...benchMessages(workload, (all) => (counts = all))]);
  await producer.close();
  if (counts === undefined) throw new Error('the generator did not end');
  return counts;
}

async function sendMany(
  workload: Workload,
  topic: string,
  brokers: readonly string[],
): Promise<ExpectedCounts> {
  const settings = ['topic.partitioner=murmur2', 'linger.ms=50', 'batch.size=500000', 'acks=all'];
  const kcat = spawn(
    'kcat',
    [
      '-P',
      '-b',
      brokers.join(','),
      '-t',
      topic,
      '-K',
      '\t',
      ...settings.flatMap((setting) => ['-X', setting]),
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const ended = once(kcat, 'close');
  let counts: ExpectedCounts | undefined;
  await pipeline(chunks(benchMessages(workload, (all) => (counts = all))), kcat.stdin);
  const [code]: unknown[] = await ended;
  if (code !== 0 || counts === undefined)
    throw new Error(`kcat could not fill ${topic}: it ended with ${String(code)}`);
  return counts;
}

/** `key TAB value LF`, in pieces that are worth a write. */
function* chunks(messages: ReturnType<typeof benchMessages>): Generator<Buffer> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for (const { key, value } of messages) {
    const start = Buffer.from(`${key}\t`);
    pieces.push(start, value, LINE_FEED);
    bytes += start.length + value.length + 1;
    if (bytes > 65_536) {
      yield Buffer.concat(pieces);
      pieces = [];
      bytes = 0;
    }
  }
  yield Buffer.concat(pieces);
}

const LINE_FEED = Buffer.from('\n');
