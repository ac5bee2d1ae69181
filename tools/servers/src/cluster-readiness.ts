import { Kafka, logLevel, type Admin } from 'kafkajs';
import { BROKERS, GROUP_PARTITIONS } from './server-plan.ts';

/**
 * A group belongs to the partition of `__consumer_offsets` that Java's hash of its id names. That of one character is the character's
 * code, so as many characters in a row as there are partitions reach each of them once.
 */
export const GROUP_OF_EACH_PARTITION: readonly string[] = Array.from(
  { length: GROUP_PARTITIONS },
  (_, index) => String.fromCharCode('A'.charCodeAt(0) + index),
);

type Questions = Pick<Admin, 'describeCluster' | 'describeGroups' | 'fetchTopicMetadata'>;

/** Asks a cluster once, with a client of its own. No answer, or an error, is a no. */
export async function says(
  brokers: readonly string[],
  question: (admin: Questions) => Promise<boolean>,
): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await question(admin);
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** Before that, a topic of three replicas can't be created. Rejects while no controller is elected. */
export async function knowsAllBrokers(admin: Pick<Questions, 'describeCluster'>): Promise<boolean> {
  return (await admin.describeCluster()).brokers.length === BROKERS.length;
}

/**
 * The first question about any group makes the brokers create `__consumer_offsets`, and they name the leader of a partition before it
 * has taken the partition over: who asked about a group then was refused (`NOT_COORDINATOR_FOR_GROUP`). Rejects as long as one of
 * them would be.
 */
export async function coordinatesAllGroups(
  admin: Pick<Questions, 'describeGroups' | 'fetchTopicMetadata'>,
): Promise<boolean> {
  await admin.fetchTopicMetadata({ topics: [] }); // or kafkajs knows no broker to ask
  for (const group of GROUP_OF_EACH_PARTITION) await admin.describeGroups([group]);
  return true;
}
