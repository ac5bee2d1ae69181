import type { GroupDescription } from 'kafkajs';
import { expect, test } from 'vitest';
import { coordinatesAllGroups, GROUP_OF_EACH_PARTITION, says } from '../src/cluster-readiness.ts';
import { brokerProperties, GROUP_PARTITIONS } from '../src/server-plan.ts';

const BROKERS_OF_NOBODY = ['127.0.0.1:1'];

/** `String.hashCode` of Java, and what a broker makes of it. */
function partitionOf(groupId: string): number {
  let hash = 0;
  for (const character of groupId) hash = (31 * hash + character.charCodeAt(0)) | 0;
  return (hash & 0x7f_ff_ff_ff) % GROUP_PARTITIONS;
}

/** Describes groups as long as those of no given partition are asked for. */
const admin = (withoutCoordinator: readonly number[]) => ({
  fetchTopicMetadata: async () => ({ topics: [] }),
  describeGroups: async (groupIds: readonly string[]) => {
    if (groupIds.some((groupId) => withoutCoordinator.includes(partitionOf(groupId))))
      throw new Error('This is not the correct coordinator for this group');
    return { groups: groupIds.map((groupId) => ({ groupId }) as GroupDescription) };
  },
});

test('the brokers have as many partitions for groups as are asked about', () => {
  const place = { folder: '/run', portShift: 0 };
  expect(brokerProperties(1, place)).toContain(`offsets.topic.num.partitions=${GROUP_PARTITIONS}\n`);
  expect(new Set(GROUP_OF_EACH_PARTITION.map(partitionOf)).size).toBe(GROUP_PARTITIONS);
});

test('groups have their coordinators once those of every partition have', async () => {
  await expect(coordinatesAllGroups(admin([]))).resolves.toBe(true);
  for (let partition = 0; partition < GROUP_PARTITIONS; partition += 1)
    await expect(coordinatesAllGroups(admin([partition]))).rejects.toThrow('not the correct coordinator');
});

test('a cluster that does not answer says no', async () => {
  await expect(says(BROKERS_OF_NOBODY, async () => true)).resolves.toBe(false);
});
