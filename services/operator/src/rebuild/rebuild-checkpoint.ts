import {
  createCheckpointStore,
  readOwner,
  readQuery,
  restoreQuery,
  type ObjectStore,
  type PartitionCheckpoint,
  type PartitionOffsets,
  type QueryIdentity,
} from '@client-tickets/micro-batch';
import {
  createTicketHandler,
  listRanges,
  readPublishedCounts,
  RESULT_FORMATS,
  ticketQuery,
  type ListedRange,
  type ResultFormat,
  type TicketState,
} from '@client-tickets/results';
import { formatsOf, listCheckpoints } from '../checkpoint/checkpoint-snapshot.ts';
import { getBodies } from '../verify/file-bodies.ts';
import { READ_AHEAD } from '../verify/files-audit.ts';
import { prefetch } from '../verify/prefetch.ts';
import { QueryRows } from '../verify/query-rows.ts';
import { examineRange } from '../verify/range-evidence.ts';
import { PartitionRebuild } from './partition-rebuild.ts';

export interface RebuildSources {
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly topic: string;
  /** `undefined`: the brokers did not answer. */
  readonly log: ReadonlyMap<number, PartitionOffsets> | undefined;
  /** Used when no ticket file shows them. */
  readonly defaultFormats: readonly ResultFormat[];
  readonly assumeComplete: boolean;
  readonly at: string;
  readonly onProgress: (tickets: number) => void;
}

/** What is missing, as it must have been. */
export interface RebuiltCheckpoint {
  readonly identity: QueryIdentity;
  /** False: `query.json` is still there. */
  readonly isQueryLost: boolean;
  readonly partitions: readonly PartitionCheckpoint<TicketState>[];
}

/**
 * Makes lost checkpoints anew from the results: `query.json` if it is lost, and those of the partitions that have files and no
 * checkpoint. Reads only. Throws an `Error` when nothing is lost, or the results do not allow it.
 *
 * What the results can't tell: which offsets never had a record and which were lost (all count as empty now), and the
 * history of the last batches.
 */
export async function rebuildCheckpoint(sources: RebuildSources): Promise<RebuiltCheckpoint> {
  const { results, checkpoints, topic, log, assumeComplete, at, onProgress } = sources;
  const owner = await readOwner(results);
  if (owner === undefined)
    throw new Error(`${results.location} has no _query.json, so no query has written here`);
  if (owner.topic !== topic)
    throw new Error(`${results.location} holds results of topic ${owner.topic}, not of ${topic}`);
  const found = await readQuery(checkpoints, topic);
  if (found !== undefined && found.id !== owner.id) {
    throw new Error(
      `${checkpoints.location} holds query ${found.id}; the results belong to query ${owner.id}`,
    );
  }
  const existing = new Set(await listCheckpoints(checkpoints, topic));
  const counted = await readCountedEnds(results);
  const formats = found === undefined ? await findFormats(sources, counted) : formatsOf(found);

  const rows = new QueryRows(ticketQuery);
  const rebuilds = new Map<number, PartitionRebuild>();
  const isLost = ({ partition }: { readonly partition: number }): boolean => !existing.has(partition);
  const ranges = prefetch(listRanges(results, ticketQuery.table), {
    load: (listed) => (isLost(listed) ? getBodies(results, listed) : Promise.resolve(new Map())),
    bytesOf: ({ files }) => files.reduce((sum, { size }) => sum + size, 0),
    ...READ_AHEAD,
  });
  let tickets = 0;
  for await (const [listed, bodies] of ranges) {
    if (!isLost(listed)) continue;
    const evidence = await examineRange(rows, topic, listed, bodies);
    const rebuild = rebuilds.get(listed.partition) ?? new PartitionRebuild(rows, formats);
    rebuilds.set(listed.partition, rebuild);
    rebuild.add(evidence);
    onProgress((tickets += evidence.rows.length));
  }
  // Partitions whose offsets never had a record have no files, but the counts know them.
  for (const partition of counted.keys()) {
    if (isLost({ partition }) && !rebuilds.has(partition))
      rebuilds.set(partition, new PartitionRebuild(rows, formats));
  }
  const partitions = [...rebuilds]
    .sort(([a], [b]) => a - b)
    .map(([partition, rebuild]) =>
      rebuild.finish({
        query: owner.id,
        partition,
        firstOffset: found?.startingOffsets.get(partition),
        countedEnd: counted.get(partition) ?? 0n,
        log: log?.get(partition),
        assumeComplete,
        at,
      }),
    );
  if (found !== undefined && partitions.length === 0) {
    throw new Error(
      `nothing is lost: ${checkpoints.location}${topic}/ has a checkpoint of every partition that has results. ` +
        'One that is damaged counts too: move it away first',
    );
  }
  if (found === undefined && existing.size > 0) {
    throw new Error(
      `${checkpoints.location}${topic}/ has partition checkpoints, but no query.json. Move them away, or restore query.json from a copy`,
    );
  }
  const handler = createTicketHandler({ formats });
  const identity = found ?? {
    id: owner.id,
    topic,
    handlerVersion: handler.version,
    settings: handler.settings,
    startingOffsets: new Map(partitions.map(({ partition, firstOffset }) => [partition, firstOffset])),
    createdAt: at,
  };
  return { identity, isQueryLost: found === undefined, partitions };
}

/** Writes what was rebuilt, and nothing where something is by now. */
export async function writeRebuilt(
  checkpoints: ObjectStore,
  { identity, isQueryLost, partitions }: RebuiltCheckpoint,
): Promise<void> {
  const { id: queryId, topic } = identity;
  const handler = createTicketHandler({ formats: formatsOf(identity) });
  const parseState = (value: unknown): TicketState => handler.parseState(value);
  const store = createCheckpointStore({ store: checkpoints, topic, queryId, parseState });
  if (isQueryLost) await restoreQuery(checkpoints, identity);
  for (const checkpoint of partitions) {
    if ((await store.swap(checkpoint, undefined)) !== undefined) continue;
    throw new Error(
      `${store.location}partition-${checkpoint.partition}.json is there by now; it was not replaced`,
    );
  }
}

/**
 * The formats in which the query writes. The last range of a partition shows them only if the counts say that it was
 * committed: else it may lack a file. What no range shows, the settings say.
 */
async function findFormats(
  { results, defaultFormats }: RebuildSources,
  counted: ReadonlyMap<number, bigint>,
): Promise<readonly ResultFormat[]> {
  const shown = new Set<ResultFormat>();
  const show = ({ files }: ListedRange): void => {
    for (const { kind, format } of files) if (kind === 'rows') shown.add(format);
  };
  let previous: ListedRange | undefined;
  for await (const listed of listRanges(results, ticketQuery.table)) {
    if (previous?.partition === listed.partition) show(previous);
    if ((counted.get(listed.partition) ?? 0n) >= listed.range.endOffset) show(listed);
    previous = listed;
  }
  return shown.size === 0 ? defaultFormats : RESULT_FORMATS.filter((format) => shown.has(format));
}

/** How far each partition is in any of the counts files. */
async function readCountedEnds(results: ObjectStore): Promise<ReadonlyMap<number, bigint>> {
  const ends = new Map<number, bigint>();
  for (const published of await readPublishedCounts(results, ticketQuery.countsFiles)) {
    if (published.kind !== 'read') continue;
    for (const [partition, offset] of published.endOffsets ?? []) {
      if (offset > (ends.get(partition) ?? -1n)) ends.set(partition, offset);
    }
  }
  return ends;
}
