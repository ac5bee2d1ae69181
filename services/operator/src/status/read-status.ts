import type { GroupMember } from '@client-tickets/kafka';
import {
  readOwner,
  readQuery,
  type CountedBatch,
  type ObjectStore,
  type PartitionOffsets,
  type PartitionStatus,
  type QueryIdentity,
} from '@client-tickets/micro-batch';
import { windowStatus, type Query, type WindowStatus } from '@client-tickets/records';
import {
  readPublishedCounts,
  readTableVersions,
  RequeueJournal,
  TableFollower,
  type TableSummary,
} from '@client-tickets/results';
import { readSnapshot } from '../checkpoint/checkpoint-snapshot.ts';
import { declarationChanges, stateParser } from '../checkpoint/stored-query.ts';
import type { TopicAccess } from '../topic/topic-access.ts';

export interface PartitionState extends Pick<
  PartitionStatus,
  'partition' | 'firstOffset' | 'countedOffset' | 'storedOffset' | 'openSince' | 'totals' | 'planned' | 'gaps'
> {
  /** The latest batch; `undefined` when none is known. */
  readonly lastBatch: CountedBatch | undefined;
  /** Of what is counted by event time. `undefined`: nothing is, or states are not read. */
  readonly windows: WindowStatus | undefined;
  readonly log: PartitionOffsets | undefined;
  /** Offsets that wait. `undefined`: the brokers did not say. */
  readonly lag: bigint | undefined;
}

export interface Status {
  readonly topic: string;
  readonly results: string;
  readonly checkpoint: string;
  readonly query: QueryIdentity;
  readonly partitions: readonly PartitionState[];
  /** Partitions of the topic that have no batch yet; none where the brokers did not say. */
  readonly withoutBatch: readonly number[];
  readonly deadLetters: { readonly total: number; readonly requeued: number };
  /** What readers see. `undefined`: there is no such file, or it can't be read. */
  readonly publishedRows: number | undefined;
  /** The Delta Lake table of the results. `undefined`: there is none, or it can't be read. */
  readonly table: TableState | undefined;
  /** Members of the consumers' group now. `undefined`: the brokers did not say. */
  readonly consumers: readonly GroupMember[] | undefined;
  /** What this program's declaration says otherwise than the query's; states are not read then. */
  readonly declarationChanges: readonly string[];
  /** What could not be read, and why. */
  readonly problems: readonly string[];
  /** Worth knowing. */
  readonly notes: readonly string[];
}

export interface TableState {
  readonly version: number;
  /** `undefined`: its log is too long to be read for that, or another program has removed versions. */
  readonly content: Omit<TableSummary, 'version'> | undefined;
}

/** Each takes a request. */
const MOST_VERSIONS_READ = 1_000;

/** `undefined`: there is no query of this topic. Reads only, and starts nothing. */
export async function readStatus(options: {
  readonly declaration: Query;
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly topic: string;
  /** `undefined`: the brokers are not asked. */
  readonly access: Pick<TopicAccess, 'offsets' | 'listGroupMembers'> | undefined;
}): Promise<Status | undefined> {
  const { declaration, results, checkpoints, topic, access } = options;
  const query = await readQuery(checkpoints, topic);
  if (query === undefined) return undefined;
  const notes: string[] = [];
  const ask = async <T>(what: string, question: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await question();
    } catch (error) {
      notes.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  // Before the checkpoints: what readers see was counted then, so they can't seem to see more than there is.
  const [published] = await readPublishedCounts(results, declaration.countsFiles);
  const changes = declarationChanges(declaration, query);
  const parseState = changes.length === 0 ? stateParser(declaration) : () => undefined;
  const snapshot = await readSnapshot(checkpoints, query, parseState);
  const log = access && (await ask('the lag is not known', () => access.offsets.read()));
  const consumers =
    log && access && (await ask('who consumes is not known', () => access.listGroupMembers()));
  const owner = await readOwner(results);
  if (owner?.id !== query.id) {
    const whose = owner === undefined ? 'no query has claimed them' : `they belong to query ${owner.id}`;
    notes.push(`the results at ${results.location} are not those of this query: ${whose}`);
  }
  const partitions = [...snapshot.partitions.values()].map(({ checkpoint }): PartitionState => {
    const { partition, firstOffset, counted, stored, openSince, planned, recentBatches, gaps } = checkpoint;
    const { endOffset: countedOffset, totals } = counted;
    const offsets = log?.get(partition);
    const lag =
      offsets === undefined
        ? undefined
        : offsets.latest > countedOffset
          ? offsets.latest - countedOffset
          : 0n;
    return {
      partition,
      firstOffset,
      countedOffset,
      storedOffset: stored.endOffset,
      openSince,
      totals,
      lastBatch: recentBatches.at(-1),
      planned,
      gaps,
      windows:
        declaration.windows &&
        counted.state?.windows &&
        windowStatus(declaration.windows, counted.state.windows),
      log: offsets,
      lag,
    };
  });
  const withoutBatch: number[] = [];
  for (const [partition, { earliest, latest }] of log ?? []) {
    if (snapshot.partitions.has(partition) || snapshot.unreadable.has(partition)) continue;
    withoutBatch.push(partition);
    const begin = query.startingOffsets.get(partition) ?? earliest;
    notes.push(
      `partition ${partition} has no batch yet: it begins at ${begin}, ${latest > begin ? latest - begin : 0n} offsets wait`,
    );
  }
  const table = await ask('the Delta Lake table is not known', () =>
    readTableState(results, { table: declaration.table, topic }),
  );
  const journal = await RequeueJournal.open(checkpoints, topic, query.id);
  if (journal.pending !== undefined)
    notes.push('a requeue was interrupted; the next one finds out what it has sent');
  return {
    topic,
    results: results.location,
    checkpoint: checkpoints.location,
    query,
    partitions,
    withoutBatch,
    deadLetters: {
      total: partitions.reduce((sum, { totals }) => sum + totals.deadLetters, 0),
      requeued: journal.sentTo().size,
    },
    publishedRows:
      published?.kind === 'read'
        ? Object.values(published.counts).reduce((sum, count) => sum + count, 0)
        : undefined,
    table,
    consumers,
    declarationChanges: changes,
    problems: [...snapshot.unreadable.values()].map(({ message }) => message),
    notes,
  };
}

async function readTableState(
  results: ObjectStore,
  name: { readonly table: string; readonly topic: string },
): Promise<TableState | undefined> {
  const versions = await readTableVersions(results, name);
  if (versions === undefined) return undefined;
  const { newest: version, count, unreadable } = versions;
  if (unreadable !== undefined || count > MOST_VERSIONS_READ) return { version, content: undefined };
  const table = await new TableFollower(results, name).summarize();
  if (table === undefined) return undefined;
  const { files, bytes, smallFiles } = table;
  return { version: table.version, content: { files, bytes, smallFiles } };
}
