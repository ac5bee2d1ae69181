import type {
  Clock,
  ObjectStore,
  PartitionCheckpoint,
  QueryIdentity,
  RecordPosition,
} from '@client-tickets/micro-batch';
import {
  type ListedRange,
  mergedFiles,
  type PublishedCounts,
  readOptions,
  readPublishedCounts,
  RequeueJournal,
} from '@client-tickets/results';
import { createRecordParser, type Query, type QueryState } from '@client-tickets/records';
import { readSnapshot, type CheckpointSnapshot } from '../checkpoint/checkpoint-snapshot.ts';
import { declarationChanges, declaredOtherwise, stateParser } from '../checkpoint/stored-query.ts';
import type { TopicAccess, TopicOffsets } from '../topic/topic-access.ts';
import { checkConsistency } from './checkpoint-consistency.ts';
import { auditCounts, NOTHING_COUNTED, type CountedPartitions } from './counts-audit.ts';
import { DifferenceLog } from './difference-log.ts';
import type { Difference } from './difference.ts';
import { auditFiles, type FilesAudit } from './files-audit.ts';
import type { PartOptions } from './open-files.ts';
import { checkLaterCounts } from './later-counts.ts';
import { checkLog } from './log-check.ts';
import { isKnownExactly } from './expected-counts.ts';
import { checkQuery } from './query-check.ts';
import { QueryRows } from './query-rows.ts';
import { RequeuedRecords } from './requeued-records.ts';
import { checkTable, readTableLog } from './table-check.ts';
import { TopicSample } from './topic-sample.ts';
import { listUnexpectedFiles } from './unexpected-files.ts';
import { checkWindows, readSeenWindows } from './windows-check.ts';
import { explains, findUnexplained } from './tail.ts';
import type { VerifiedPartition, VerifyReport } from './verify-report.ts';

/** How often counts and checkpoints are read until they fit together. */
const MOST_TRIES = 5;
/** How many differences are listed. */
const MOST_LISTED = 1_000;

export interface VerifyOptions {
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly topic: string;
  /** What is written there. */
  readonly query: Query;
  /** `undefined`: the brokers are not asked. */
  readonly offsets: TopicOffsets | undefined;
  /** Reads some records of the topic, to compare them with the results. */
  readonly readRecords: TopicAccess['readRecords'] | undefined;
  readonly clock: Clock;
  /** How long counts may lag behind checkpoints, and the log seem to end early, until that is a difference. */
  readonly waitMs: number;
  /** Called with the number of rows read, after each range. */
  readonly onProgress?: (rows: number) => void;
  readonly parts?: PartOptions;
}

/**
 * Proves a results location, also while consumers write to it:
 *
 * 1. Read the counts that readers see, **then** the checkpoints: what is published was counted before.
 * 2. List and read the files. What the checkpoints of step 1 say is stored is final and must be there, whole, once: its rows are
 *    exactly the state at `stored`.
 *    The table names each of them once; those that it has merged may be gone, and are read from the file that holds their rows.
 * 3. Files after that are of plans, or were stored since. The checkpoints, read **again**, explain them.
 * 4. Compare the counts of step 1 with what they say they count, of which some may be in no file yet; read them again if they lag
 *    behind.
 * 5. Ask the brokers whether the log holds what is counted.
 * 6. Hold the windows that readers see to the checkpoints of step 1, and those of days that are over to the rows.
 * 7. Compare some of the topic's records with the results.
 *
 * Whatever happens meanwhile can only add to what step 1 saw, so the verdict is about that moment and stays true. Throws as
 * the stores do.
 */
export async function verifyResults(options: VerifyOptions): Promise<VerifyReport> {
  const { results, checkpoints, topic, offsets, clock, waitMs } = options;
  const log = new DifferenceLog(MOST_LISTED);
  const empty: VerifyReport = {
    ok: false,
    topic,
    results: results.location,
    checkpoint: checkpoints.location,
    query: undefined,
    partitions: [],
    differences: [],
    moreDifferences: 0,
    notes: [],
  };
  const found = await checkQuery(results, checkpoints, topic);
  if (!found.ok) return { ...empty, differences: [found.difference] };
  const { identity } = found;
  const changes = declarationChanges(options.query, identity);
  if (changes.length > 0) {
    const message = declaredOtherwise(`${checkpoints.location}${topic}/`, changes);
    return { ...empty, query: pickIdentity(identity), differences: [{ code: 'query', message }] };
  }
  const parseState = stateParser(options.query);
  const takeSnapshot = (): Promise<CheckpointSnapshot> => readSnapshot(checkpoints, identity, parseState);
  const rows = new QueryRows(options.query);
  const read = (): Promise<readonly PublishedCounts[]> =>
    readPublishedCounts(results, options.query.countsFiles);

  const { windows: windowsFile } = options.query;
  const windows = windowsFile && (await readSeenWindows(results, windowsFile));
  const { published, snapshot } = await readTogether(read, takeSnapshot);
  log.add(unreadable(snapshot));
  for (const { checkpoint } of snapshot.partitions.values()) log.add(checkConsistency(checkpoint, identity));

  const requeued = await readRequeued(checkpoints, identity);
  if (requeued instanceof Error) log.add([{ code: 'checkpoint', message: requeued.message }]);
  const requeuedRecords = new RequeuedRecords(requeued instanceof Error ? new Map() : requeued);
  const sample = await startSample(options, rows, identity, snapshot);
  const table = await readTableLog(results, options.query, topic);
  const files = await auditFiles({
    results,
    rows,
    identity,
    snapshot,
    merged: table.table === undefined ? [] : mergedFiles(options.query.table, table.table),
    marksOf: (partition) => marksOf(published, partition),
    requeued: requeuedRecords,
    sample,
    onProgress: options.onProgress ?? (() => undefined),
    parts: options.parts,
  });
  for (const { differences } of files.findings.values()) log.add(differences);
  log.add(files.differences);
  log.add(requeuedRecords.finish(snapshot));
  for await (const key of listUnexpectedFiles(options.query, results, checkpoints)) {
    log.add([{ code: 'file_unexplained', key, message: `${key}: the query never writes such a file` }]);
  }
  const tableCheck = await checkTable(results, options.query, table);
  log.add(tableCheck.differences);
  log.add(await judgeTail(results, takeSnapshot, snapshot, files.tail));

  const counted: CountedPartitions = new Map(
    [...files.findings].flatMap(([partition, { counts }]) => {
      const checkpoint = snapshot.partitions.get(partition)?.checkpoint;
      return checkpoint === undefined ? [] : [[partition, { checkpoint, counts }]];
    }),
  );
  const isIdle = async (): Promise<boolean> => sameCheckpoints(snapshot, await takeSnapshot());
  // A partition that can't be read makes every sum wrong; it has been reported.
  if (snapshot.unreadable.size === 0) {
    log.add(published.flatMap((counts) => auditCounts(rows, counts, counted, false)));
    log.add(await checkLaterCounts({ rows, published, read, partitions: counted, isIdle, clock, waitMs }));
  }

  const known = new Map(
    [...snapshot.partitions].map(([partition, { checkpoint }]) => [partition, checkpoint]),
  );
  const brokers = offsets === undefined ? undefined : await checkLog(offsets, known, { clock, waitMs });
  log.add(brokers?.differences ?? []);
  if (windowsFile !== undefined && windows !== undefined && snapshot.unreadable.size === 0) {
    const windowed = [...files.findings].flatMap(([partition, { windows: tally }]) => {
      const checkpoint = known.get(partition);
      return checkpoint === undefined || tally === undefined
        ? []
        : [[partition, { checkpoint, rows: tally.rows }] as const];
    });
    log.add(
      await checkWindows({
        results,
        file: windowsFile,
        seen: windows,
        partitions: new Map(windowed),
        topicPartitions: brokers?.log?.keys(),
        readPartitions: async () => [...(await takeSnapshot()).partitions.keys()],
        isIdle,
        clock,
        waitMs,
      }),
    );
  }
  const compared = await compareSample(options, sample);
  log.add(compared.differences);
  const partitions = [...files.findings].flatMap(([partition, findings]): readonly VerifiedPartition[] => {
    const checkpoint = known.get(partition);
    if (checkpoint === undefined) return [];
    const { firstOffset, gaps, planned, stored, counted } = checkpoint;
    const { endOffset, totals } = stored;
    const { deadLetters, ranges } = findings;
    const offsetsOf = {
      partition,
      firstOffset,
      endOffset,
      countedOffset: counted.endOffset,
      gaps,
      planned,
      log: brokers?.log?.get(partition),
    };
    return [
      {
        ...offsetsOf,
        rows: findings.rows,
        deadLetters,
        emptyOffsets: totals.emptyOffsets,
        ranges,
        files: findings.files,
      },
    ];
  });
  return {
    ...empty,
    ok: log.kept.length === 0,
    query: pickIdentity(identity),
    partitions,
    differences: log.kept,
    moreDifferences: log.more,
    notes: [
      ...tableCheck.notes,
      ...droppedJson(files, options.query.table),
      ...(brokers?.notes ?? []),
      ...compared.notes,
    ],
  };
}

function droppedJson({ rowsDropped }: FilesAudit, table: string): readonly string[] {
  if (rowsDropped === 0) return [];
  return [
    `${rowsDropped} ${table} are in no JSON file, as \`tickets optimize --drop-json\` left them: they are in merged files`,
  ];
}

async function readRequeued(
  checkpoints: ObjectStore,
  { topic, id }: QueryIdentity,
): Promise<ReadonlyMap<string, RecordPosition> | RangeError> {
  try {
    return (await RequeueJournal.open(checkpoints, topic, id)).sentTo();
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}

function pickIdentity({ id, handlerVersion, settings, createdAt }: QueryIdentity): VerifyReport['query'] {
  return { id, handlerVersion, settings, createdAt };
}

function unreadable({ unreadable: problems }: CheckpointSnapshot): readonly Difference[] {
  return [...problems].map(([partition, { message }]) => ({ code: 'checkpoint', partition, message }));
}

function marksOf(published: readonly PublishedCounts[], partition: number): readonly bigint[] {
  return published.flatMap((counts) =>
    counts.kind === 'read' ? [counts.endOffsets?.get(partition) ?? NOTHING_COUNTED] : [],
  );
}

function sameCheckpoints(a: CheckpointSnapshot, b: CheckpointSnapshot): boolean {
  const isSame = ([partition, { etag }]: readonly [number, { readonly etag: string }]): boolean =>
    b.partitions.get(partition)?.etag === etag;
  return a.partitions.size === b.partitions.size && [...a.partitions].every(isSame);
}

/**
 * Step 1. Counts that were published between two checkpoints can't be held to exactly what they must be while no reader sees the files
 * of what they count. With some tries both are read between two batches.
 */
async function readTogether(
  read: () => Promise<readonly PublishedCounts[]>,
  takeSnapshot: () => Promise<CheckpointSnapshot>,
): Promise<{ readonly published: readonly PublishedCounts[]; readonly snapshot: CheckpointSnapshot }> {
  let published = await read();
  let snapshot = await takeSnapshot();
  for (let tries = 1; tries < MOST_TRIES && !areExact(published, snapshot); tries += 1) {
    const again = await read();
    const next = await takeSnapshot();
    const isIdle = sameCheckpoints(snapshot, next);
    published = again;
    snapshot = next;
    if (isIdle) break; // nothing moves, so it will not get better
  }
  return { published, snapshot };
}

function areExact(published: readonly PublishedCounts[], { partitions }: CheckpointSnapshot): boolean {
  return published.every(
    (counts) =>
      counts.kind !== 'read' ||
      counts.endOffsets === undefined ||
      [...partitions].every(([partition, { checkpoint }]) =>
        isKnownExactly(checkpoint, counts.endOffsets?.get(partition) ?? NOTHING_COUNTED),
      ),
  );
}

/** Step 3. */
async function judgeTail(
  results: ObjectStore,
  takeSnapshot: () => Promise<CheckpointSnapshot>,
  before: CheckpointSnapshot,
  tail: readonly ListedRange[],
): Promise<readonly Difference[]> {
  const after = await takeSnapshot();
  const isLost = ({ partition }: ListedRange): boolean => !after.partitions.has(partition);
  const lost = new Set(tail.filter(isLost).map(({ partition }) => partition));
  const without = [...lost]
    .filter((partition) => !after.unreadable.has(partition))
    .map((partition): Difference => {
      const message = `partition ${partition} has result files, but no checkpoint`;
      return { code: 'checkpoint', partition, message };
    });
  const open = tail.filter((listed) => {
    const known = [before, after].flatMap(
      ({ partitions }) => partitions.get(listed.partition)?.checkpoint ?? [],
    );
    return !isLost(listed) && !known.some((checkpoint) => explains(checkpoint, listed));
  });
  const readCheckpoint = async (partition: number): Promise<PartitionCheckpoint<QueryState> | undefined> =>
    (await takeSnapshot()).partitions.get(partition)?.checkpoint;
  return [...without, ...(await findUnexplained(results, open, readCheckpoint))];
}

/** `undefined`: the log can't be reached; `checkLog` says why. */
async function startSample(
  { query, offsets, readRecords }: VerifyOptions,
  rows: QueryRows,
  { settings }: QueryIdentity,
  { partitions }: CheckpointSnapshot,
): Promise<TopicSample | undefined> {
  if (readRecords === undefined || offsets === undefined) return undefined;
  const parse = createRecordParser(query.record, readOptions(settings).timestampZone);
  try {
    const log = await offsets.read();
    const inFiles = [...partitions].map(([partition, { checkpoint }]) => {
      const { firstOffset: startOffset, stored } = checkpoint;
      return [partition, { startOffset, endOffset: stored.endOffset }] as const;
    });
    return new TopicSample(rows, parse, new Map(inFiles), log);
  } catch {
    return undefined;
  }
}

async function compareSample(
  { readRecords }: VerifyOptions,
  sample: TopicSample | undefined,
): Promise<{ readonly differences: readonly Difference[]; readonly notes: readonly string[] }> {
  if (readRecords === undefined || sample === undefined) return { differences: [], notes: [] };
  try {
    return { differences: sample.compare(await readRecords(sample.windows())), notes: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { differences: [], notes: [`no record was compared with the topic: ${reason}`] };
  }
}
