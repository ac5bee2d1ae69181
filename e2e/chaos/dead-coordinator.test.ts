import { createKafkaSource } from '@client-tickets/kafka';
import { silentLogger, systemClock, type SourceListener } from '@client-tickets/micro-batch';
import { brokerName, createLocalServers, localServersOptions } from '@client-tickets/servers';
import { uniqueName } from '@client-tickets/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createCluster } from './run/cluster.ts';

/** It kills a broker that other tests need, so it runs only when it was asked for. */
const wanted = process.env['E2E_CHAOS'] === '1';
const PARTITIONS = [0, 1, 2];

test.skipIf(!wanted)(
  'a member whose coordinator dies keeps its partitions, and commits through the next one',
  async () => {
    const servers = createLocalServers({ ...localServersOptions(process.env), say: console.info });
    const ranBefore = (await servers.status()).some(({ pid }) => pid !== undefined);
    onTestFinished(async () => {
      if (!ranBefore) await servers.stop();
    });
    await servers.start();
    const cluster = createCluster(servers.brokers);
    const [topic, groupId] = [uniqueName('coordinator'), uniqueName('coordinator')];
    await cluster.createTopic(topic, PARTITIONS.length);
    onTestFinished(() => cluster.deleteTopic(topic));

    const assignments: (readonly number[])[] = [];
    const source = createKafkaSource({
      connection: { brokers: servers.brokers },
      topic,
      groupId,
      logger: silentLogger,
      clock: systemClock,
      heartbeatIntervalMs: 500,
      sessionTimeoutMs: 45_000,
    });
    onTestFinished(() => source.stop());
    await new Promise<void>((resolve, reject) => {
      const listener: SourceListener = {
        onAssignment: (partitions) => {
          assignments.push(partitions);
          for (const partition of partitions) source.seek(partition, 0n);
          resolve();
        },
        onChunk: () => undefined,
        onError: reject,
      };
      source.start(listener).catch(reject);
    });
    await source.commitOffsets(new Map([[0, 0n]]));

    const coordinator = await cluster.coordinatorOf(groupId);
    await servers.kill(brokerName(coordinator));
    onTestFinished(() => servers.revive(brokerName(coordinator)));
    for (let round = 0; round < 3; round += 1) {
      // One that is refused says `unavailable`: the cluster takes seconds to notice. One that says `group_moved_on` has lost them.
      await expect
        .poll(
          () =>
            source.commitOffsets(new Map([[0, 0n]])).then(
              () => 'committed',
              ({ code }) => String(code),
            ),
          {
            interval: 1_000,
          },
        )
        .toBe('committed');
    }
    expect(await cluster.coordinatorOf(groupId)).not.toBe(coordinator);
    expect(assignments).toEqual([PARTITIONS]);
  },
);
