import type { Location } from '@client-tickets/object-store';
import { showCount } from '../cli/output.ts';
import type { TopicAccess } from '../topic/topic-access.ts';

/**
 * Why nothing may be deleted now; `undefined`: no consumer is at work. The lock of a folder is held as long as its consumer
 * runs, and opening the folder to write tells. S3 has no such lock, so there the brokers say who is in the group.
 */
export async function findActiveConsumers(
  locations: readonly Location[],
  topic: Pick<TopicAccess, 'listGroupMembers'>,
  groupId: string,
): Promise<string | undefined> {
  if (locations.every(({ kind }) => kind === 'folder')) return undefined;
  try {
    const members = await topic.listGroupMembers();
    if (members.length === 0) return undefined;
    const who = members.map(({ clientId, host }) => `${clientId} on ${host}`).join(', ');
    const count = showCount(members.length, 'member');
    return `group ${groupId} has ${count} at work: ${who}. Stop them first`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `the brokers can't say whether consumers of group ${groupId} are at work (${reason}). Make sure that none is`;
  }
}
