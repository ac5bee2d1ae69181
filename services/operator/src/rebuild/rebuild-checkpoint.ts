import {
  claimResults,
  createCheckpointStore,
  OWNER_KEY,
  partitionCheckpointKey,
  queryKey,
  readOwner,
  readQuery,
  restoreQuery,
  type ObjectStore,
  type PartitionCheckpoint,
  type PartitionOffsets,
  type QueryIdentity,
} from '@client-tickets/micro-batch';
import type { Query, QueryState } from '@client-tickets/records';
import {
  coversRange,
  createQueryHandler,
  type QueryHandlerOptions,
  findMergedFiles,
  listRanges,
  type MergedFile,
  parseRangeKey,
  prefetch,
  readOptions,
  readPublishedCounts,
  readPublishedWindows,
  RESULT_FORMATS,
  type ListedRange,
  type PublishedCounts,
  type PublishedWindows,
  type ResultFormat,
} from '@client-tickets/results';
import type { Stores } from '../cli/operator-context.ts';
import { readSnapshot, type CheckpointSnapshot } from '../checkpoint/checkpoint-snapshot.ts';
import { declarationChanges, declaredOtherwise, stateParser } from '../checkpoint/stored-query.ts';
import { coverRanges, isEmpty } from '../verify/covered-ranges.ts';
import { READ_AHEAD } from '../verify/files-audit.ts';
import { MergedRows } from '../verify/merged-rows.ts';
import { NO_FILES, openFiles } from '../verify/open-files.ts';

import { QueryRows } from '../verify/query-rows.ts';
import { examineRange } from '../verify/range-evidence.ts';
import { findDocument, keepDamaged } from './damaged-documents.ts';
import { PartitionRebuild } from './partition-rebuild.ts';

export interface RebuildSources {
  /** What is written there. */
  readonly declaration: Query;
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly topic: string;
  /** `undefined`: the brokers did not answer. */
  readonly log: ReadonlyMap<number, PartitionOffsets> | undefined;
  /** What the consumer is set to; its formats are used when no file of rows shows them. */
  readonly handlerOptions: QueryHandlerOptions;
  readonly assumeComplete: boolean;
  readonly at: string;
  readonly onProgress: (rows: number) => void;
}

/** What is missing, as it must have been. */
export interface RebuiltCheckpoint {
  readonly identity: QueryIdentity;
  /** False: `query.json` is still there. */
  readonly isQueryLost: boolean;
  /** False: `_query.json` is still there. */
  readonly isClaimLost: boolean;
  /** Documents that are there and can't be read: each is kept as `<key>.damaged` before it is replaced. */
  readonly damaged: readonly { readonly store: 'results' | 'checkpoints'; readonly key: string }[];
  readonly partitions: readonly PartitionCheckpoint<QueryState>[];
  /** Keys of counts files that count more than the checkpoint will: what was counted and in no file is read and counted again. */
  readonly countsAhead: readonly string[];
}

/**
 * Makes lost and damaged documents again: `query.json` and partition checkpoints from the results, `_query.json` from a
 * checkpoint whose files are in the results. Reads only. Throws an `Error` when nothing is lost, or the results do not allow it.
 *
 * What the results can't tell: which offsets never had a record and which retention took (all count as empty now; the end of a log
 * that was replaced shows), which log they came from, and the history of the last batches.
 */
export async function rebuildCheckpoint(sources: RebuildSources): Promise<RebuiltCheckpoint> {
  const { declaration, results, checkpoints, topic, log, assumeComplete, at, onProgress } = sources;
  const damaged: { store: 'results' | 'checkpoints'; key: string }[] = [];
  const owner = await findDocument(() => readOwner(results));
  const query = await findDocument(() => readQuery(checkpoints, topic));
  if (owner.state === 'damaged') damaged.push({ store: 'results', key: OWNER_KEY });
  if (query.state === 'damaged') damaged.push({ store: 'checkpoints', key: queryKey(topic) });
  const found = query.state === 'there' ? query.value : undefined;
  const claim = owner.state === 'there' ? owner.value : undefined;
  const id = claim?.id ?? found?.id;
  if (id === undefined) {
    throw new Error(
      `neither ${results.location}${OWNER_KEY} nor ${checkpoints.location}${queryKey(topic)} can be read, so nothing says ` +
        'which query has written here. Restore one of them from a copy',
    );
  }
  if (claim !== undefined && claim.topic !== topic)
    throw new Error(`${results.location} holds results of topic ${claim.topic}, not of ${topic}`);
  if (found !== undefined && found.id !== id)
    throw new Error(`${checkpoints.location} holds query ${found.id}; the results belong to query ${id}`);
  const changes = found === undefined ? [] : declarationChanges(declaration, found);
  if (changes.length > 0) throw new Error(declaredOtherwise(`${checkpoints.location}${topic}/`, changes));
  const snapshot = await readSnapshot(checkpoints, { id, topic }, stateParser(declaration));
  for (const [partition, error] of snapshot.unreadable) {
    if (error.code !== 'checkpoint_damaged') throw error;
    damaged.push({ store: 'checkpoints', key: partitionCheckpointKey(topic, partition) });
  }
  const merged = await findMergedFiles(results, declaration.table, topic);
  if (claim === undefined) await checkBelonging(results, snapshot, declaration.table, merged);
  const existing = new Set(snapshot.partitions.keys());
  const published = await readPublishedCounts(results, declaration.countsFiles);
  const windows = declaration.windows && (await readPublishedWindows(results, declaration.windows));
  // Only what is stored is merged.
  const stored = withEnds(latestOffsets(published, 'storedOffsets'), merged);
  const formats =
    found === undefined ? await findFormats(sources, stored, merged) : readOptions(found.settings).formats;

  const rows = new QueryRows(declaration);
  const rebuilds = new Map<number, PartitionRebuild>();
  const isLost = ({ partition }: { readonly partition: number }): boolean => !existing.has(partition);
  const mergedRows = new MergedRows(results, rows.columns);
  const ranges = prefetch(
    coverRanges(listRanges(results, declaration.table), merged, () => []),
    {
      load: (listed) => (isLost(listed) ? openFiles(results, listed) : Promise.resolve(NO_FILES)),
      bytesOf: ({ files }) => files.reduce((sum, { size }) => sum + size, 0),
      ...READ_AHEAD,
    },
  );
  let read = 0;
  for await (const [listed, opened] of ranges) {
    if (!isLost(listed)) continue;
    const slice = listed.merged && (await mergedRows.take(listed.merged, listed.range));
    if (isEmpty(listed, slice)) continue;
    const content = { opened, reopen: () => openFiles(results, listed), slice };
    const evidence = await examineRange(rows, topic, listed, content);
    const rebuild = rebuilds.get(listed.partition) ?? new PartitionRebuild(rows, formats, at);
    rebuilds.set(listed.partition, rebuild);
    rebuild.add(evidence);
    onProgress((read += evidence.rows.length));
  }
  // Partitions whose offsets never had a record have no files, but the counts know them.
  for (const partition of latestOffsets(published, 'endOffsets').keys()) {
    if (isLost({ partition }) && !rebuilds.has(partition))
      rebuilds.set(partition, new PartitionRebuild(rows, formats, at));
  }
  const handler = createQueryHandler(declaration, { ...sources.handlerOptions, formats });
  const partitions = [...rebuilds]
    .sort(([a], [b]) => a - b)
    .map(([partition, rebuild]) =>
      rebuild.finish({
        query: id,
        partition,
        firstOffset: found?.startingOffsets.get(partition),
        storedEnd: stored.get(partition) ?? 0n,
        initialState: handler.initialState,
        log: log?.get(partition),
        assumeComplete,
        at,
      }),
    );
  if (found !== undefined && claim !== undefined && partitions.length === 0) {
    throw new Error(
      `nothing is lost: ${checkpoints.location}${topic}/ has a checkpoint of every partition that has results`,
    );
  }
  const begins = [...snapshot.partitions.values()].map(({ checkpoint }) => checkpoint);
  const identity = found ?? {
    id,
    topic,
    handlerVersion: handler.version,
    settings: handler.settings,
    startingOffsets: new Map(
      [...begins, ...partitions]
        .map(({ partition, firstOffset }) => [partition, firstOffset] as const)
        .sort(([a], [b]) => a - b),
    ),
    createdAt: at,
  };
  return {
    identity,
    isQueryLost: found === undefined,
    isClaimLost: claim === undefined,
    damaged,
    partitions,
    countsAhead: [
      ...findAhead(published, [...begins, ...partitions]),
      ...findWindowsAhead(windows, [...begins, ...partitions]),
    ],
  };
}

function withEnds(
  ends: ReadonlyMap<number, bigint>,
  merged: readonly MergedFile[],
): ReadonlyMap<number, bigint> {
  const latest = new Map(ends);
  for (const { partition, range } of merged) {
    if (range.endOffset > (latest.get(partition) ?? 0n)) latest.set(partition, range.endOffset);
  }
  return latest;
}

/**
 * Results that nothing claims belong to a checkpoint when all files of its latest batches are there, each of its size. Those that were
 * merged may be gone.
 */
async function checkBelonging(
  results: ObjectStore,
  { partitions }: CheckpointSnapshot,
  table: string,
  merged: readonly MergedFile[],
): Promise<void> {
  const missing = new Map(
    [...partitions.values()].flatMap(({ checkpoint }) =>
      checkpoint.recentFiles.flatMap(({ files }) => files.map(({ key, size }) => [key, size] as const)),
    ),
  );
  if (missing.size === 0)
    throw new Error(
      `${results.location} has no ${OWNER_KEY} that can be read, and no checkpoint names files there, so nothing says whose they are`,
    );
  for await (const { key, size } of results.list('')) if (missing.get(key) === size) missing.delete(key);
  const isMerged = (key: string): boolean => {
    const name = parseRangeKey(table, key);
    return name?.format === 'parquet' && merged.some((file) => coversRange(file, name));
  };
  const key = [...missing.keys()].find((each) => !isMerged(each));
  if (key === undefined) return;
  throw new Error(
    `${results.location} has no ${OWNER_KEY} that can be read, and is not what this checkpoint wrote: ${key} is not there as it was written`,
  );
}

/**
 * Writes what was rebuilt, and nothing where something else is by now. `query.json` comes first and the claim last: in between no
 * consumer starts.
 */
export async function writeRebuilt(
  declaration: Query,
  { results, checkpoints }: Stores,
  { identity, isQueryLost, isClaimLost, damaged, partitions, countsAhead }: RebuiltCheckpoint,
): Promise<void> {
  const { id: queryId, topic } = identity;
  const parseState = stateParser(declaration);
  const store = createCheckpointStore({ store: checkpoints, topic, queryId, parseState });
  const etags = new Map<string, string | undefined>();
  // First, as nothing would tell of them afterwards. No consumer replaces counts by smaller ones.
  for (const key of countsAhead) await results.delete(key);
  for (const { store: where, key } of damaged)
    etags.set(key, await keepDamaged(where === 'results' ? results : checkpoints, key));
  if (isQueryLost) {
    if (etags.has(queryKey(topic))) await checkpoints.delete(queryKey(topic));
    await restoreQuery(checkpoints, identity);
  }
  for (const checkpoint of partitions) {
    const key = partitionCheckpointKey(topic, checkpoint.partition);
    if ((await store.swap(checkpoint, etags.get(key))) !== undefined) continue;
    throw new Error(`${checkpoints.location}${key} has changed meanwhile; it was not replaced`);
  }
  if (!isClaimLost) return;
  if (etags.has(OWNER_KEY)) await results.delete(OWNER_KEY);
  await claimResults(checkpoints, results, identity);
}

/**
 * The formats in which the query writes. The last range of a partition shows them only if the counts say that it was
 * stored: else it may lack a file. What no range shows, the settings say.
 */
async function findFormats(
  { declaration, results, handlerOptions }: RebuildSources,
  stored: ReadonlyMap<number, bigint>,
  merged: readonly MergedFile[],
): Promise<readonly ResultFormat[]> {
  const shown = new Set<ResultFormat>(merged.length === 0 ? [] : ['parquet']);
  const show = ({ files }: ListedRange): void => {
    for (const { kind, format } of files) if (kind === 'rows') shown.add(format);
  };
  let previous: ListedRange | undefined;
  for await (const listed of listRanges(results, declaration.table)) {
    if (previous?.partition === listed.partition) show(previous);
    if ((stored.get(listed.partition) ?? 0n) >= listed.range.endOffset) show(listed);
    previous = listed;
  }
  return shown.size === 0 ? handlerOptions.formats : RESULT_FORMATS.filter((format) => shown.has(format));
}

/** How far each partition is at the most in any of the counts files: in what they count, or in what was stored by then. */
function latestOffsets(
  published: readonly PublishedCounts[],
  which: 'endOffsets' | 'storedOffsets',
): ReadonlyMap<number, bigint> {
  const ends = new Map<number, bigint>();
  for (const counts of published) {
    if (counts.kind !== 'read') continue;
    for (const [partition, offset] of counts[which] ?? []) {
      if (offset > (ends.get(partition) ?? -1n)) ends.set(partition, offset);
    }
  }
  return ends;
}

function findAhead(
  published: readonly PublishedCounts[],
  partitions: readonly PartitionCheckpoint<QueryState>[],
): readonly string[] {
  const counted = new Map(partitions.map(({ partition, counted: { endOffset } }) => [partition, endOffset]));
  const isAhead = ([partition, offset]: readonly [number, bigint]): boolean =>
    offset > (counted.get(partition) ?? 0n);
  return published.flatMap((counts) =>
    counts.kind === 'read' && [...(counts.endOffsets ?? [])].some(isAhead) ? [counts.key] : [],
  );
}

/** The file of windows, unless it says that it is not ahead: where nothing came for a partition, its watermark was, and no row tells. */
function findWindowsAhead(
  published: PublishedWindows | undefined,
  partitions: readonly PartitionCheckpoint<QueryState>[],
): readonly string[] {
  if (published === undefined || published.kind === 'missing') return [];
  const { key } = published;
  if (published.kind === 'damaged') return [key];
  const { endOffsets, watermarks } = published;
  const counted = new Map(partitions.map(({ partition, counted: frontier }) => [partition, frontier]));
  const isReached = ([partition, offset]: readonly [number, bigint]): boolean =>
    offset <= (counted.get(partition)?.endOffset ?? 0n);
  const isPassed = ([partition, mark]: readonly [number, number]): boolean =>
    mark <= Date.parse(counted.get(partition)?.state.windows?.watermark ?? '');
  const isBehind =
    endOffsets !== undefined &&
    watermarks !== undefined &&
    [...endOffsets].every(isReached) &&
    [...watermarks].every(isPassed);
  return isBehind ? [] : [key];
}
