import {
  describeUnread,
  type CountedBatch,
  type ObjectStore,
  type QueryListener,
  type QueryProgress,
  type QueryStatus,
  type StoredFiles,
  type Trigger,
} from '@client-tickets/micro-batch';
import type { Declaration } from '@client-tickets/results';
import type { z } from 'zod';
import {
  queryProgressSchema,
  type Batch,
  type Counts,
  type Figures,
  type History,
  type LiveEvents,
  type Partition,
  type Partitions,
  type progressSchema,
  type Status,
  type Windows,
} from '../api/index.ts';
import { pageOfBatches } from '../batches/batch-pages.ts';
import type { TriggerMeasure } from '../batches/batch-rows.ts';
import { createFreshness, type Freshness } from '../freshness/freshness.ts';
import { createCountsView } from './counts.ts';
import { createGroupView, type ReadGroup } from './group.ts';
import { createQueryView, type AttachedQuery } from './query.ts';
import { createRateHistory } from './history.ts';
import { createSentBack, type SentBack } from './sent-back.ts';
import { showFreshness, sumOfFilling } from './show-freshness.ts';
import { createTableView } from './table.ts';
import { readEventTime, sumOfLate } from './event-time.ts';
import { createWindowsView, readTables } from './windows.ts';
import { createUnknownFields, type UnknownField } from './unknown-fields.ts';
import type { KnownObjects } from '../stores/known-objects.ts';
import type { RequestCounter } from '../stores/request-counter.ts';
import { OTHERS_EVERY_MS, QUIET_EVERY_MS } from './look-again.ts';

/** Everything that can be seen of the pipeline, in the shapes of the API. */
export interface PipelineView {
  readonly listener: Required<QueryListener>;
  readonly query: AttachedQuery | undefined;
  attach(query: AttachedQuery): void;
  announce(message: string): void;
  queryStatus(): QueryStatus | undefined;
  readonly announcement: string;
  /**
   * Reads again what may have changed: what this consumer does is a second or two old at the most, what others do ten seconds. Asks the
   * stores for what it does not know itself, or for all of it if `force`d. Only while a page is open. Never rejects.
   */
  refresh(options?: RefreshOptions): Promise<void>;
  /** To be called every second. */
  sample(): void;
  status(): Status;
  figures(): Figures;
  history(): History;
  progress(limit: number): z.input<typeof progressSchema>;
  /** `undefined` before they were read. */
  counts(): Counts | undefined;
  readonly countsProblem: string | undefined;
  /** `undefined` before they were read. */
  windows(): Windows | undefined;
  readonly windowsProblem: string | undefined;
  partitions(): Partitions;
  batchRows(): readonly Batch[];
  batches(partition: number): readonly CountedBatch[];
  files(partition: number): readonly StoredFiles[];
  readonly freshness: Freshness;
  unknownFields(): readonly UnknownField[];
  readonly sentBack: Pick<SentBack, 'placeOf'>;
  /** This consumer has committed to the table. */
  onTableCommit(): void;
  /** All of it that is sent to open pages. */
  events(): Partial<LiveEvents>;
}

export interface RefreshOptions {
  readonly force?: boolean;
  /** For a page of dead letters, which marks those that were sent back: read these marks as well. */
  readonly isForLetters?: boolean;
}

/** What is shown, and who knows it. */
export interface ShownPipeline extends ReadGroup {
  /** Whose results are shown: its counts, its columns. */
  readonly declaration: Declaration;
  /** Only read from. */
  readonly results: ObjectStore;
  readonly trigger: Trigger;
  /** Of one trigger, so that the page can say when it is what slows the query down. 0 or left out: no limit. */
  readonly maxOffsetsPerTrigger?: number | undefined;
}

export interface PipelineViewOptions extends Omit<ShownPipeline, 'results' | 'checkpoints'> {
  readonly results: KnownObjects;
  readonly checkpoints: KnownObjects;
  readonly hasControl: boolean;
  readonly requests: RequestCounter;
  readonly viewers: () => number;
  readonly onProgress: (progress: QueryProgress) => void;
  /** The state has changed: worth telling those who watch at once. */
  readonly onChange: () => void;
}

const PATIENCE_MS = 3_000;
const LIVE_BATCHES = 20;
const KEPT_MEASURES = 300;
const GROUP_RATE_MS = 10_000;
/** A consumer commits the files of a round together, a second after the first of them. */
const COMMIT_AFTER_MS = 4_000;
const FULL_TRIGGERS = 3;
/** Offsets without a record count against the limit, too. */
const FULL_SHARE = 0.9;

export function createPipelineView(options: PipelineViewOptions): PipelineView {
  const { topic, results, checkpoints, trigger, clock, requests, viewers, onChange } = options;
  const { record, table, countsFiles } = options.declaration;
  const measures: TriggerMeasure[] = [];
  const unknownFields = createUnknownFields();
  const rates = createRateHistory({ clock, triggerMs: trigger.kind === 'interval' ? trigger.everyMs : 0 });

  const query = createQueryView({
    clock,
    observer: {
      onProgress(progress) {
        rates.addProgress(progress);
        unknownFields.add(progress);
        measures.push({ progress, storeRequests: requests.take() });
        if (measures.length > KEPT_MEASURES) measures.shift();
        options.onProgress(progress);
      },
      onBatch(partition, batch, progress) {
        group.addBatch(partition, batch);
        freshness.addBatch(partition, batch, progress);
      },
      onFiles(partition, files) {
        group.addFiles(partition, files);
        freshness.addFiles(partition, files);
      },
      onStatus(status) {
        noteOwned(status);
        onChange();
      },
    },
  });
  const freshness = createFreshness(clock);
  const group = createGroupView({
    ...options,
    owned: () => query.status()?.partitions ?? [],
    isPaused: () => query.status()?.state === 'paused',
    measures: () => measures,
    eventTimeOf: (state) => readEventTime(options.declaration, state),
    sentBack: (partition) => sentBack.countOf(partition),
    onOthersStored: () => tabled.expectCommit(COMMIT_AFTER_MS),
  });
  const sentBack = createSentBack({ clock, checkpoints: checkpoints.reads, topic });
  const counted = createCountsView({ clock, results, files: countsFiles });
  const tabled = createTableView({ clock, results: results.reads, name: { table, topic } });
  const windowed = createWindowsView({
    clock,
    read(isForced) {
      const maxAgeMs = group.areOthersAtWork ? OTHERS_EVERY_MS : QUIET_EVERY_MS;
      return readTables(results.knownFor(isForced ? 0 : maxAgeMs), options.declaration.windows);
    },
    late: () => sumOfLate(group.partitions().items),
  });

  /**
   * The published counts hold the rows of all counted batches; while they do not, a newer version is to come. They may hold more: those of
   * other consumers may be of batches that are not known here yet.
   */
  function areCountsCurrent(): boolean {
    const total = counted.counts()?.total;
    return counted.problem === undefined && total !== undefined && total >= countedRows();
  }

  function noteOwned(now: QueryStatus | undefined): void {
    if (now?.assigned === true) freshness.own(now.partitions.map(({ partition }) => partition));
  }

  function countedRows(): number {
    return group.partitions().items.reduce((sum, { rows }) => sum + rows, 0);
  }

  async function readAgain({ force = false, isForLetters = false }: RefreshOptions): Promise<void> {
    await group.refresh();
    if (!areCountsCurrent()) await counted.refresh({ force });
    await windowed.refresh({ force });
    await tabled.refresh({ force });
    if (group.partitions().items.some(({ deadLetters }) => deadLetters > 0))
      await sentBack.refresh({ isForReader: isForLetters });
  }

  function ownLag(): number | undefined {
    const mine = group.partitions().items.filter((partition) => partition.mine);
    return mine.length === 0 ? undefined : (sumOfLags(mine) ?? undefined);
  }

  function status(): Status {
    const now = query.status();
    return {
      state: now?.state ?? 'starting',
      message: now?.message ?? query.announcement,
      errorCode: now?.errorCode ?? null,
      name: now?.name ?? 'client-tickets',
      queryId: now?.id ?? null,
      runId: now?.runId ?? null,
      topic,
      records: { singular: record.name.replaceAll('_', ' '), plural: table.replaceAll('_', ' ') },
      trigger: describeTrigger(trigger),
      startedAt: new Date(query.startedAt).toISOString(),
      assigned: now?.assigned ?? false,
      ownedPartitions: now?.partitions.map(({ partition }) => partition) ?? [],
      unread: (now?.unread ?? []).map((each) => ({
        partition: each.partition,
        message: describeUnread(each),
      })),
      control: options.hasControl,
      checkpointLocation: `${checkpoints.reads.location}${topic}/`,
      resultsLocation: results.reads.location,
    };
  }

  function figures(): Figures {
    const { items } = group.partitions();
    const lastTriggerAt = query.status()?.lastTriggerAt;
    const isAllMine = items.every(({ mine }) => mine);
    return {
      point: rates.latest(),
      lastTriggerAt: lastTriggerAt === undefined ? null : new Date(lastTriggerAt).toISOString(),
      rows: counted.counts()?.total ?? null,
      deadLetters: items.length === 0 ? null : items.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
      storedDeadLetters:
        items.length === 0 ? null : items.reduce((sum, { storedDeadLetters }) => sum + storedDeadLetters, 0),
      sentBackDeadLetters: items.reduce((sum, { sentBackDeadLetters }) => sum + sentBackDeadLetters, 0),
      lag: items.length === 0 ? null : sumOfLags(items),
      freshness: showFreshness(freshness, query.status()?.partitions ?? []),
      filling: sumOfFilling(items),
      table: tabled.table(),
      groupRowsPerSecond: isAllMine ? null : groupRate(group.batchRows(LIVE_BATCHES)),
      limit: limitInForce(),
      unknownFields: [...unknownFields.list()],
      viewers: viewers(),
    };
  }

  /** Records wait, the last triggers were full, and each was done well before the next one: only the limit slows it down. */
  function limitInForce(): Figures['limit'] {
    const most = options.maxOffsetsPerTrigger ?? 0;
    if (most === 0 || trigger.kind !== 'interval' || trigger.everyMs === 0) return null;
    const last = measures.slice(-FULL_TRIGGERS).map(({ progress }) => progress);
    const isFull = last.every(
      ({ numInputRows, durationMs }) =>
        numInputRows >= FULL_SHARE * most && durationMs.triggerExecution < trigger.everyMs,
    );
    if (last.length < FULL_TRIGGERS || !isFull || (ownLag() ?? 0) <= most) return null;
    return { recordsPerTrigger: most, recordsPerSecond: (most * 1_000) / trigger.everyMs };
  }

  function groupRate(rows: readonly Batch[]): number {
    const since = clock.now() - GROUP_RATE_MS;
    const recent = rows.filter(({ countedAt }) => Date.parse(countedAt) > since);
    const records = recent.reduce((sum, batch) => sum + batch.rows + batch.deadLetters, 0);
    return Math.round((records * 10_000) / GROUP_RATE_MS) / 10;
  }

  return {
    listener: query.listener,
    get query() {
      return query.query;
    },
    attach: (attached) => query.attach(attached),
    announce: (message) => query.announce(message),
    queryStatus: () => query.status(),
    get announcement() {
      return query.announcement;
    },
    async refresh(options = {}) {
      const done = new AbortController();
      // A store that is away keeps a read busy for long; what is known is shown meanwhile.
      await Promise.race([
        readAgain(options).finally(() => done.abort()),
        clock.sleep(PATIENCE_MS, done.signal),
      ]);
    },
    sample() {
      noteOwned(query.status());
      rates.addLag(ownLag());
    },
    status,
    figures,
    history: () => rates.columns(),
    progress(limit) {
      const { recentProgress } = query;
      const recent = recentProgress.slice(-limit).map((each) => queryProgressSchema.parse(each));
      return { latest: recent.at(-1) ?? null, recent };
    },
    counts: () => counted.counts(),
    get countsProblem() {
      return counted.problem;
    },
    windows: () => windowed.windows(),
    get windowsProblem() {
      return windowed.problem;
    },
    partitions: () => group.partitions(),
    batchRows: () => group.batchRows(),
    batches: (partition) => group.batches(partition),
    files: (partition) => group.files(partition),
    freshness,
    unknownFields: () => unknownFields.list(),
    sentBack,
    onTableCommit: () => tabled.expectCommit(0),
    events() {
      const counts = counted.counts();
      const windows = windowed.windows();
      const { items, next } = pageOfBatches(group.batchRows(LIVE_BATCHES + 1), {
        limit: LIVE_BATCHES,
        before: undefined,
      });
      return {
        status: status(),
        figures: figures(),
        ...(counts === undefined ? {} : { counts }),
        ...(windows === undefined ? {} : { windows }),
        partitions: group.partitions(),
        batches: { items: [...items], next, problem: group.problem },
      };
    },
  };
}

/** `null` when one of them is not known. */
function sumOfLags(partitions: readonly Partition[]): number | null {
  return partitions.reduce<number | null>(
    (sum, { lag }) => (sum === null || lag === null ? null : sum + lag),
    0,
  );
}

function describeTrigger(trigger: Trigger): string {
  if (trigger.kind === 'availableNow') return 'availableNow';
  return trigger.everyMs === 0 ? 'as soon as there are records' : `every ${trigger.everyMs / 1000} s`;
}
