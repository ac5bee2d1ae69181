import { randomUUID } from 'node:crypto';
import { createKafkaSource } from '@client-tickets/kafka';
import { silentLogger, systemClock, type RecordChunk, type SourceRecord } from '@client-tickets/micro-batch';
import { parseTicket, type Ticket } from '@client-tickets/tickets';
import { deleteTopics, serviceProgram, startProcess, type ServiceProcess } from '@client-tickets/testkit';
import { afterAll, describe, expect, test } from 'vitest';

const brokers = process.env['KAFKA_BROKERS']?.split(',') ?? [];
if (brokers.length === 0) {
  console.info('services/producer: KAFKA_BROKERS is not set, skipping the tests on real brokers');
}
const topics: string[] = [];
const processes: ServiceProcess[] = [];

afterAll(async () => {
  for (const producer of processes) producer.kill('SIGKILL');
  if (topics.length > 0) await deleteTopics(topics);
});

function newTopic(): string {
  const topic = `producer-test-${randomUUID()}`;
  topics.push(topic);
  return topic;
}

interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Starts it with nothing but what this test says. */
function start(env: Readonly<Record<string, string>>, ...args: readonly string[]): ServiceProcess {
  const producer = startProcess({
    name: 'producer',
    args: [...serviceProgram('producer'), ...args],
    environment: { PATH: process.env['PATH'] ?? '', KAFKA_BROKERS: brokers.join(','), ...env },
    cwd: import.meta.dirname, // where there is no .env file
  });
  processes.push(producer);
  return producer;
}

/** Resolves once it has ended. */
async function run(...given: Parameters<typeof start>) {
  const producer = start(...given);
  return { code: await producer.ended, lines: linesOf(producer) };
}

function linesOf(producer: ServiceProcess): readonly LogLine[] {
  return producer
    .output()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);
}

/** All records of a topic, by partition. */
async function readTopic(topic: string): Promise<ReadonlyMap<number, readonly SourceRecord[]>> {
  const source = createKafkaSource({
    connection: { brokers },
    topic,
    groupId: `${topic}-${randomUUID()}`,
    logger: silentLogger,
    clock: systemClock,
  });
  const partitions = await source.listPartitions();
  const ends = await source.fetchOffsets(partitions);
  const records = new Map(partitions.map((partition): [number, SourceRecord[]] => [partition, []]));
  await new Promise<void>((resolve, reject) => {
    const isComplete = (): boolean =>
      partitions.every((partition) => records.get(partition)?.length === Number(ends.get(partition)?.latest));
    const listener = {
      onAssignment: (assigned: readonly number[]) =>
        assigned.forEach((partition) => source.seek(partition, 0n)),
      onChunk: (chunk: RecordChunk) => {
        records.get(chunk.partition)?.push(...chunk.records);
        if (isComplete()) resolve();
      },
      onError: reject,
    };
    source.start(listener).catch(reject);
  });
  await source.stop();
  return records;
}

function ticketsIn(records: ReadonlyMap<number, readonly SourceRecord[]>): readonly Ticket[] {
  return [...records.values()]
    .flat()
    .map(({ value }) => parseTicket(value))
    .flatMap((verdict) => (verdict.ok ? [verdict.record] : []))
    .sort((a, b) => a.ticket_id.localeCompare(b.ticket_id));
}

test('wrong settings are all named, and the exit code is 2', async () => {
  const { code, lines } = await run({ TICKET_COUNT: 'many', LOG_LEVEL: 'loud' }, '--rate', 'fast');
  expect(code).toBe(2);
  for (const name of ['TICKET_COUNT', 'TICKETS_PER_SECOND', 'LOG_LEVEL'])
    expect(lines[0]?.msg).toContain(name);
});

describe.skipIf(brokers.length === 0)('with the brokers of KAFKA_BROKERS', () => {
  test('200 tickets reach a topic of three partitions, each client in one of them', async () => {
    const topic = newTopic();
    const { code, lines } = await run({ KAFKA_TOPIC: topic, TICKETS_PER_SECOND: '0', TICKET_SEED: '7' });
    expect(code).toBe(0);
    expect(lines.map(({ msg }) => msg)).toContainEqual(
      expect.stringMatching(
        /^200 tickets in .*, seed 7: TECHNICAL \d+, BILLING \d+, ACCOUNT \d+, GENERAL \d+$/,
      ),
    );

    const records = await readTopic(topic);
    expect(records.size).toBe(3);
    expect(ticketsIn(records).map(({ ticket_id }) => ticket_id)).toEqual(
      Array.from({ length: 200 }, (_, index) => `TCK-${String(index + 1).padStart(5, '0')}`),
    );
    const partitionsOf = new Map<string, Set<number>>();
    for (const [partition, ofPartition] of records) {
      for (const { key } of ofPartition) {
        const client = Buffer.from(key ?? []).toString();
        partitionsOf.set(client, (partitionsOf.get(client) ?? new Set()).add(partition));
      }
    }
    for (const partitions of partitionsOf.values()) expect(partitions.size).toBe(1);
  });

  test('ids go on after those of the topic, unless a seed asks for the same tickets', async () => {
    const topic = newTopic();
    const sendFive = async (seed: Record<string, string> = {}): Promise<void> => {
      const flags = { KAFKA_TOPIC: topic, TICKET_COUNT: '5', TICKETS_PER_SECOND: '0', ...seed };
      expect((await run(flags)).code).toBe(0);
    };
    await sendFive();
    await sendFive();
    const ids = ticketsIn(await readTopic(topic)).map(({ ticket_id }) => ticket_id);
    expect(ids).toEqual(
      Array.from({ length: 10 }, (_, index) => `TCK-${String(index + 1).padStart(5, '0')}`),
    );

    await sendFive({ TICKET_SEED: '7' });
    const again = ticketsIn(await readTopic(topic)).filter(({ ticket_id }) => ticket_id === 'TCK-00001');
    expect(again).toHaveLength(2);
  });

  test('SIGTERM ends an endless run in order, with every ticket it reports', async () => {
    const topic = newTopic();
    const producer = start({ KAFKA_TOPIC: topic }, '--count', '0', '--rate', '500');
    await producer.waitForLog('"tickets":'); // the log line after five seconds
    producer.kill('SIGTERM');
    expect(await producer.ended).toBe(0);
    const summary = linesOf(producer).find(({ msg }) => / tickets in /.test(msg));
    expect(ticketsIn(await readTopic(topic))).toHaveLength(Number(summary?.['tickets']));
    expect(summary?.['tickets']).toBeGreaterThan(0);
  });

  test('a topic that differs is used as it is, and the difference is named', async () => {
    const topic = newTopic();
    const one = { KAFKA_TOPIC: topic, TICKET_COUNT: '1' };
    await run(one);
    const { code, lines } = await run({ ...one, KAFKA_TOPIC_PARTITIONS: '6' });
    expect(code).toBe(0);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', setting: 'partitions', expected: 6, found: 3 }),
    );
  });
});
