import { randomBytes } from 'node:crypto';
import { silentLogger, systemClock as clock, type Logger } from '@client-tickets/micro-batch';
import { expect, test } from 'vitest';
import { provideTopic } from '../src/wait-for-servers.ts';

const brokers = process.env['KAFKA_BROKERS']?.split(',') ?? [];

test.skipIf(brokers.length === 0)(
  'a topic that was not there is created with a warning, and one that is there in silence, but for how it differs',
  async () => {
    const warnings: unknown[][] = [];
    const logger: Logger = { ...silentLogger, warn: (...line) => warnings.push(line) };
    const topic = `mistyped-${randomBytes(4).toString('hex')}`;
    const options = { connection: { brokers }, topic, replicationFactor: 1, logger, clock };
    await provideTopic({ ...options, partitions: 2 });
    expect(warnings).toEqual([
      [
        { topic, partitions: 2 },
        expect.stringMatching(/^created the topic.*check KAFKA_TOPIC and KAFKA_BROKERS$/),
      ],
    ]);
    await provideTopic({ ...options, partitions: 2 });
    expect(warnings).toHaveLength(1);
    await provideTopic({ ...options, partitions: 3 });
    expect(warnings.slice(1)).toEqual([
      [{ topic, setting: 'partitions', expected: 3, found: 2 }, expect.stringContaining('it stays as it is')],
    ]);
  },
);
