import { describe, expect, onTestFinished, test } from 'vitest';
import { createKafkaSource } from '@client-tickets/kafka';
import {
  type ObjectStore,
  parseStartingOffsets,
  silentLogger,
  type StartingOffsets,
  type StreamingQuery,
  systemClock,
  type Trigger,
} from '@client-tickets/micro-batch';
import { openObjectStore } from '@client-tickets/object-store';
import type { ResultFormat } from '@client-tickets/results';
import type { QueryState } from '@client-tickets/records';
import { connection, hasBrokers, hasS3, uniqueName, useRealBrokers } from './support/real-servers.ts';
import { runHere } from './support/run-here.ts';
import { startQuery } from './support/start-query.ts';
import { ticketBatch } from './support/ticket-batch.ts';

const {
  S3_BUCKET = '',
  AWS_ACCESS_KEY_ID = '',
  AWS_SECRET_ACCESS_KEY = '',
  AWS_REGION = '',
  AWS_ENDPOINT_URL_S3 = '',
} = process.env;

describe.skipIf(!hasBrokers || !hasS3)('on a real cluster and a real S3', () => {
  const brokers = useRealBrokers();

  test('results are proven, dead letters repaired, and a new start is made', async () => {
    const topic = await brokers.createTopic();
    const base = `s3a://${S3_BUCKET}/${uniqueName()}`;
    const [results, checkpoints] = [`${base}/results/`, `${base}/checkpoints/`];
    const tickets = (...args: readonly string[]) =>
      runHere(args, {
        RESULTS_PATH: results,
        CHECKPOINT_PATH: checkpoints,
        KAFKA_BROKERS: connection.brokers.join(','),
        KAFKA_TOPIC: topic,
        KAFKA_GROUP_ID: topic,
        AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY,
        AWS_REGION,
        AWS_ENDPOINT_URL_S3,
      });

    await produce(topic);
    expect((await tickets('plan')).stdout).toContain(`a new query of ${topic} would begin`);
    const tooLate = await tickets('plan', '--starting-timestamp', '9000-01-01');
    expect([tooLate.code, tooLate.stdout]).toEqual([
      1,
      expect.stringContaining('expected a record of 9000-01-01T00:00:00.000Z or later'),
    ]);
    await (
      await consume({ topic, results, checkpoints, trigger: { kind: 'availableNow' } })
    ).finished;
    const first = await tickets('verify');
    expect(first.stdout).toContain('✔ 37 tickets and 3 dead letters');
    expect((await tickets('status')).stdout).toContain('37 tickets, 3 dead letters\nno consumer is at work');

    const patch = JSON.stringify({
      ticket_id: 'TCK-90000',
      client_id: 'CL-300',
      created_at: '2026-11-22T09:30:00Z',
      request: 'Erreur de facturation',
      type: 'BILLING',
      priority: 'LOW',
    });
    const requeue = [
      'dead-letters',
      'requeue',
      '--all',
      '--reason',
      'expected JSON',
      '--patch',
      patch,
    ] as const;
    expect((await tickets(...requeue)).stdout).toContain('nothing was sent; --yes sends without asking');
    expect((await tickets(...requeue, '--yes')).stdout.match(/✔/g)).toHaveLength(3);
    expect((await tickets(...requeue, '--yes')).stdout.match(/was sent back already/g)).toHaveLength(3);

    const query = await consume({ topic, results, checkpoints, trigger: { kind: 'interval', everyMs: 100 } });
    await query.processAllAvailable();
    const second = await tickets('verify', '--json');
    expect(JSON.parse(second.stdout)).toMatchObject({ ok: true, differences: [] });
    const status = await tickets('status');
    expect(status.stdout).toContain(
      '40 tickets, 3 dead letters (3 sent back)\n1 consumer at work: client-tickets',
    );

    const refused = await tickets('reset', '--yes');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout).toContain(`group ${topic} has 1 member at work`);
    await query.stop({ budgetMs: 120_000 });
    const reset = await tickets('reset', '--yes', '--starting-offsets', 'latest');
    expect(reset.stdout).toContain('✔ query');
    await (
      await consume({ topic, results, checkpoints, trigger: { kind: 'availableNow' } })
    ).finished;
    expect((await tickets('verify')).stdout).toContain('✔ 0 tickets and 0 dead letters');
    const byTime = await tickets('reset', '--yes', '--starting-timestamp', '1970-01-02');
    expect(byTime.stdout).toContain('begins at 0:0 1:0 (partition:offset)');
    const again = await tickets('plan', '--starting-timestamp', '1970-01-02');
    expect(again.stdout).toContain('are for a new checkpoint; this one goes on where it stands');
    expect((await tickets('reset', '--yes')).code).toBe(0);
  });

  test('a changed query is refused where it is, and goes on after the old one in a place of its own', async () => {
    const topic = await brokers.createTopic();
    const base = `s3a://${S3_BUCKET}/${uniqueName()}`;
    const place = (name: string) => ({
      topic,
      results: `${base}/${name}/results/`,
      checkpoints: `${base}/${name}/checkpoints/`,
    });
    const tickets = ({ results, checkpoints }: ReturnType<typeof place>, ...args: readonly string[]) =>
      runHere(args, {
        RESULTS_PATH: results,
        CHECKPOINT_PATH: checkpoints,
        KAFKA_BROKERS: connection.brokers.join(','),
        KAFKA_TOPIC: topic,
        KAFKA_GROUP_ID: topic,
        AWS_ENDPOINT_URL_S3,
      });
    const [before, after] = [place('before'), place('after')];
    const trigger = { kind: 'availableNow' } as const;
    await produce(topic);
    await (
      await consume({ ...before, trigger })
    ).finished;

    const changed = { trigger, formats: ['json'] } as const;
    await expect((await consume({ ...before, ...changed })).finished).rejects.toMatchObject({
      code: 'checkpoint_mismatch',
    });
    expect((await tickets(before, 'verify')).stdout).toContain('✔ 37 tickets and 3 dead letters');

    const { stdout } = await tickets(before, 'status', '--offsets');
    await produce(topic);
    const startingOffsets = parseStartingOffsets(stdout);
    await (
      await consume({ ...after, ...changed, startingOffsets })
    ).finished;
    expect((await tickets(after, 'verify')).stdout).toContain('✔ 37 tickets and 3 dead letters');
    const ends = async (where: ReturnType<typeof place>): Promise<readonly string[][]> => {
      const report = JSON.parse((await tickets(where, 'verify', '--json')).stdout) as {
        readonly partitions: readonly { readonly firstOffset: string; readonly endOffset: string }[];
      };
      return report.partitions.map(({ firstOffset, endOffset }) => [firstOffset, endOffset]);
    };
    const [old, fresh] = [await ends(before), await ends(after)];
    expect(fresh.map(([firstOffset]) => firstOffset)).toEqual(old.map(([, endOffset]) => endOffset));
    for (const where of [before, after]) expect((await tickets(where, 'reset', '--yes')).code).toBe(0);
  });

  async function produce(topic: string): Promise<void> {
    const producer = brokers.kafka.producer();
    await producer.connect();
    const { records } = ticketBatch({ count: 40, broken: [3n, 14n, 25n] });
    const messages = [...records].map(({ value, offset }) => ({
      value: value === null ? null : Buffer.from(value),
      partition: Number(offset % 2n),
    }));
    await producer.send({ topic, messages });
    await producer.disconnect();
  }
});

async function consume(options: {
  readonly topic: string;
  readonly results: string;
  readonly checkpoints: string;
  readonly trigger: Trigger;
  readonly formats?: readonly ResultFormat[];
  readonly startingOffsets?: StartingOffsets;
}): Promise<StreamingQuery<QueryState>> {
  const { topic, trigger, formats = ['json', 'parquet'], startingOffsets = { kind: 'earliest' } } = options;
  const open = async (location: string): Promise<ObjectStore> => {
    const store = await openObjectStore(location, {
      s3: { endpoint: AWS_ENDPOINT_URL_S3, region: AWS_REGION },
    });
    onTestFinished(() => store.close());
    return store;
  };
  const query = startQuery(
    {
      source: createKafkaSource({
        connection,
        topic,
        groupId: topic,
        logger: silentLogger,
        clock: systemClock,
      }),
      checkpoints: await open(options.checkpoints),
      results: await open(options.results),
      trigger,
      newId: uniqueName,
      maxOffsetsPerTrigger: 10,
      startingOffsets,
    },
    { formats },
  );
  onTestFinished(() => query.stop({ budgetMs: 1_000 }));
  return query;
}
