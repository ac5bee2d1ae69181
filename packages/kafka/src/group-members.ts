import { createAdminSession } from './admin-session.ts';
import { describeGroup } from './describe-group.ts';
import { describeFailure } from './describe-failure.ts';
import { readFailure } from './failure.ts';
import type { ClientOptions } from './kafka-connection.ts';

export interface GroupMember {
  readonly clientId: string;
  readonly host: string;
}

/**
 * Who is in a group right now. One question to its coordinator, repeated only while coordinators change (`describeGroup`). Rejects
 * with a `KafkaError`.
 */
export async function listGroupMembers(
  options: ClientOptions & { readonly groupId: string },
): Promise<readonly GroupMember[]> {
  const { groupId, clock } = options;
  const session = createAdminSession(options);
  try {
    const members = await describeGroup(groupId, { session, clock });
    return members.map(({ clientId, clientHost }) => ({ clientId, host: clientHost.replace(/^\//, '') }));
  } catch (error) {
    throw describeFailure(`asking who is in group ${groupId}`, readFailure(error), error);
  } finally {
    await session.close();
  }
}
