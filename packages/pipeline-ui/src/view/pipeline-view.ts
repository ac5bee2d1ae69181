import type {
  Clock,
  CommittedBatch,
  ObjectStore,
  QueryListener,
  QueryProgress,
  QueryStatus,
  Trigger,
} from '@client-tickets/micro-batch';
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
} from '../api/index.ts';
import { pageOfBatches } from '../http/batch-pages.ts';
import type { TriggerMeasure } from './batch-rows.ts';
import { createGroupBoard, type GroupMembers, type LogOffsets } from './group-board.ts';
import { createPolled } from './polled.ts';
import { readPublishedCounts } from './published-counts.ts';
import { createQueryWatch, type AttachedQuery } from './query-watch.ts';
import { createRateHistory } from './rate-history.ts';
import type { RequestLedger } from './request-ledger.ts';

/** Everything that can be seen of the pipeline, in the shapes of the API. */
export interface PipelineView {
  readonly listener: Required<QueryListener>;
  readonly query: AttachedQuery | undefined;
  attach(query: AttachedQuery): void;
  announce(message: string): void;
  queryStatus(): QueryStatus | undefined;
  readonly announcement: string;
  /**
   * Reads again what may have changed in the stores, a second or two old at the most, or `anew`. Only while somebody
   * looks. Never rejects.
   */
  look(options?: { readonly anew: boolean }): Promise<void>;
  /** To be called every second. */
  sample(): void;
  status(): Status;
  figures(): Figures;
  history(): History;
  progress(limit: number): z.input<typeof progressSchema>;
  /** `undefined` before they were read. */
  counts(): Counts | undefined;
  readonly countsProblem: string | undefined;
  partitions(): Partitions;
  batchRows(): readonly Batch[];
  batches(partition: number): readonly CommittedBatch[];
  /** All of it that is sent to whoever watches. */
  events(): Partial<LiveEvents>;
}

export interface PipelineViewOptions {
  readonly topic: string;
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly trigger: Trigger;
  readonly hasControl: boolean;
  readonly clock: Clock;
  readonly log: LogOffsets | undefined;
  readonly member: string;
  readonly groupMembers: GroupMembers | undefined;
  readonly ledger: RequestLedger;
  readonly viewers: () => number;
  readonly onProgress: (progress: QueryProgress) => void;
  /** The state has changed: worth telling those who watch at once. */
  readonly onChange: () => void;
}

const COUNTS_EVERY_MS = 1_000;
const PATIENCE_MS = 3_000;
const LIVE_BATCHES = 20;
const KEPT_MEASURES = 300;
const GROUP_RATE_MS = 10_000;

export function createPipelineView(options: PipelineViewOptions): PipelineView {
  const { topic, results, checkpoints, trigger, clock, ledger, viewers, onChange } = options;
  const measures: TriggerMeasure[] = [];
  const rates = createRateHistory({ clock, triggerMs: trigger.kind === 'interval' ? trigger.everyMs : 0 });

  const watch = createQueryWatch({
    clock,
    observer: {
      onProgress(progress) {
        rates.addProgress(progress);
        measures.push({ progress, storeRequests: ledger.take() });
        if (measures.length > KEPT_MEASURES) measures.shift();
        options.onProgress(progress);
      },
      onBatch: (partition, batch) => board.addBatch(partition, batch),
      onStatus: onChange,
    },
  });
  const board = createGroupBoard({
    topic,
    checkpoints,
    clock,
    log: options.log,
    member: options.member,
    groupMembers: options.groupMembers,
    owned: () => watch.status()?.partitions ?? [],
    isPaused: () => watch.status()?.state === 'paused',
    measures: () => measures,
  });
  const published = createPolled({
    clock,
    everyMs: COUNTS_EVERY_MS,
    read: () => readPublishedCounts(results),
  });

  /** The published counts hold the rows of all committed batches; while they do not, a newer version is to come. */
  function areCountsCurrent(): boolean {
    return published.problem === undefined && published.value?.total === committedRows();
  }

  function committedRows(): number {
    return board.partitions().items.reduce((sum, { rows }) => sum + rows, 0);
  }

  async function readAgain(options: { readonly anew: boolean }): Promise<void> {
    await board.refresh();
    if (!areCountsCurrent()) await published.refresh(options);
  }

  function counts(): Counts | undefined {
    return published.value && { ...published.value, problem: published.problem ?? null };
  }

  function ownLag(): number | undefined {
    const mine = board.partitions().items.filter((partition) => partition.mine);
    return mine.length === 0 ? undefined : (sumOfLags(mine) ?? undefined);
  }

  function status(): Status {
    const now = watch.status();
    return {
      state: now?.state ?? 'starting',
      message: now?.message ?? watch.announcement,
      errorCode: now?.errorCode ?? null,
      name: now?.name ?? 'client-tickets',
      queryId: now?.id ?? null,
      runId: now?.runId ?? null,
      topic,
      trigger: describeTrigger(trigger),
      startedAt: new Date(watch.startedAt).toISOString(),
      assigned: now?.assigned ?? false,
      ownedPartitions: now?.partitions.map(({ partition }) => partition) ?? [],
      control: options.hasControl,
      checkpointLocation: `${checkpoints.location}${topic}/`,
      resultsLocation: results.location,
    };
  }

  function figures(): Figures {
    const { items } = board.partitions();
    const lastTriggerAt = watch.status()?.lastTriggerAt;
    const isAllMine = items.every(({ mine }) => mine);
    return {
      point: rates.latest(),
      lastTriggerAt: lastTriggerAt === undefined ? null : new Date(lastTriggerAt).toISOString(),
      tickets: published.value?.total ?? null,
      deadLetters: items.length === 0 ? null : items.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
      lag: items.length === 0 ? null : sumOfLags(items),
      groupRowsPerSecond: isAllMine ? null : groupRate(board.batchRows(LIVE_BATCHES)),
      viewers: viewers(),
    };
  }

  function groupRate(rows: readonly Batch[]): number {
    const since = clock.now() - GROUP_RATE_MS;
    const recent = rows.filter(({ committedAt }) => Date.parse(committedAt) > since);
    const records = recent.reduce((sum, batch) => sum + batch.rows + batch.deadLetters, 0);
    return Math.round((records * 10_000) / GROUP_RATE_MS) / 10;
  }

  return {
    listener: watch.listener,
    get query() {
      return watch.query;
    },
    attach: (query) => watch.attach(query),
    announce: (message) => watch.announce(message),
    queryStatus: () => watch.status(),
    get announcement() {
      return watch.announcement;
    },
    async look(options = { anew: false }) {
      const done = new AbortController();
      // A store that is away keeps a read busy for long; what is known is shown meanwhile.
      await Promise.race([
        readAgain(options).finally(() => done.abort()),
        clock.sleep(PATIENCE_MS, done.signal),
      ]);
    },
    sample: () => rates.addLag(ownLag()),
    status,
    figures,
    history: () => rates.columns(),
    progress(limit) {
      const { recentProgress } = watch;
      const recent = recentProgress.slice(-limit).map((each) => queryProgressSchema.parse(each));
      return { latest: recent.at(-1) ?? null, recent };
    },
    counts,
    get countsProblem() {
      return published.problem;
    },
    partitions: () => board.partitions(),
    batchRows: () => board.batchRows(),
    batches: (partition) => board.batches(partition),
    events() {
      const counted = counts();
      const { items, next } = pageOfBatches(board.batchRows(LIVE_BATCHES + 1), {
        limit: LIVE_BATCHES,
        before: undefined,
      });
      return {
        status: status(),
        figures: figures(),
        ...(counted === undefined ? {} : { counts: counted }),
        partitions: board.partitions(),
        batches: { items: [...items], next, problem: board.problem },
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
