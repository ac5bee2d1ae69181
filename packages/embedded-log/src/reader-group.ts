import { readCommittedOffsets, writeCommittedOffsets } from './committed-offsets.ts';
import { EmbeddedLogError } from './errors.ts';
import type { LogLayout } from './log-layout.ts';

/** One reader's place in a group. */
export interface Membership {
  /** What this reader owns now. */
  owned(): readonly number[];
  /** Tells the group how many partitions the log has; new ones are shared out at once. */
  setPartitionCount(partitions: number): void;
  /** Notes how far partitions are done. Rejects with `not-owned` when one of them belongs to another reader now. */
  commit(offsets: ReadonlyMap<number, bigint>): Promise<void>;
  leave(): void;
}

interface Member {
  owned: readonly number[];
  readonly onAssigned: (partitions: readonly number[]) => void;
}

interface Group {
  partitions: number;
  members: readonly Member[];
  /** One write of the offsets after the other. */
  commits: Promise<void>;
}

const groups = new Map<string, Group>();

/**
 * Shares the partitions of a log among the readers of one group **in this process**: each partition has one owner, and
 * with every join and leave all members are told their partitions again. Readers in other processes do not take part;
 * each process reads everything.
 */
export function joinReaderGroup(
  layout: LogLayout,
  { groupId, onAssigned }: { readonly groupId: string; readonly onAssigned: Member['onAssigned'] },
): Membership {
  const file = layout.group(groupId);
  const group = groups.get(file) ?? { partitions: 0, members: [], commits: Promise.resolve() };
  groups.set(file, group);
  const member: Member = { owned: [], onAssigned };

  const share = (): void => {
    const { members, partitions } = group;
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    for (const [index, each] of members.entries()) {
      each.owned = all.filter((partition) => partition % members.length === index);
    }
    // Only now, so that the first member to be told finds all shares in place.
    for (const each of members) each.onAssigned(each.owned);
  };

  const commit = async (offsets: ReadonlyMap<number, bigint>): Promise<void> => {
    const foreign = [...offsets.keys()].find((partition) => !member.owned.includes(partition));
    if (foreign !== undefined) {
      throw new EmbeddedLogError(
        'not-owned',
        `Partition ${foreign} of ${layout.topic} no longer belongs to this reader of group "${groupId}".`,
      );
    }
    await writeCommittedOffsets(file, new Map([...(await readCommittedOffsets(file)), ...offsets]));
  };

  return {
    owned: () => member.owned,
    setPartitionCount(partitions) {
      const isMember = group.members.includes(member);
      if (isMember && group.partitions === partitions) return;
      group.partitions = partitions;
      if (!isMember) group.members = [...group.members, member];
      share();
    },
    commit(offsets) {
      const done = group.commits.then(() => commit(offsets));
      group.commits = done.catch(() => undefined);
      return done;
    },
    leave() {
      if (!group.members.includes(member)) return;
      member.owned = [];
      group.members = group.members.filter((each) => each !== member);
      if (group.members.length === 0) groups.delete(file);
      else share();
    },
  };
}
