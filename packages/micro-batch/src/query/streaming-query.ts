import { describeDisorder } from '../buffer/chunk-order.ts';
import { logOf, positionIn } from '../ports/log-position.ts';
import { QueryError } from '../ports/query-error.ts';
import { GroupOffsets } from './group-offsets.ts';
import { openStreamingQuery, targetOf, type OpenedQuery } from './opened-query.ts';
import { Outage } from './outage.ts';
import { OthersWait } from './others-wait.ts';
import { OwnedPartitions } from './owned-partitions.ts';
import type { SourceListener } from '../ports/source.ts';
import { Publication } from './publication.ts';
import { UnreadWatch } from './unread-watch.ts';
import { QueryReport } from './query-report.ts';
import { ifAvailable, isTransient, outlasted, sourceFailed, storeRefusal } from './query-failure.ts';
import { describeShortLog } from './short-log.ts';
import {
  resolveQueryOptions,
  type ResolvedQueryOptions,
  type StreamingQueryOptions,
} from './query-options.ts';
import type { QueryStatus } from './query-status.ts';
import { TriggerSchedule } from './trigger-schedule.ts';
import { fetchOffsets, listPartitions } from '../trigger/source-calls.ts';
import type { TruncationWait } from '../trigger/data-loss.ts';
import type { PartitionQuery } from '../trigger/partition-query.ts';
import { finishFiles } from '../trigger/finish-files.ts';
import { runTrigger } from '../trigger/run-trigger.ts';
import type { TriggerContext } from '../trigger/trigger-context.ts';
import { settlesWithin, Wakeup } from '../trigger/wakeup.ts';
import { LogOffsets } from '../trigger/log-offsets.ts';

/** How often to look again while the query is paused, or has no partitions yet. */
const LOOK_EVERY_MS = 1_000;

/** Records are read ahead: as many as are put into files at once, and those that come meanwhile. */
const TIMES_BUFFERED = 2;

/** How often to look whether others have done their share. */
const OTHERS_EVERY_MS = 500;

/** How long leaving the group may take before a stop goes on without. */
const LEAVE_MS = 2_000;

/**
 * A running query: one loop that opens the checkpoint, joins the group and runs one trigger after the other.
 *
 * A store or broker that does not answer is waited for (state `recovering`); what was under way is found out from the
 * checkpoint and goes on. Everything else that rejects ends the query (state `failed`), with nothing skipped.
 */
export class StreamingQuery<State> {
  readonly runId: string;
  /** Settles when the query has ended: `availableNow` is done, `stop` was called, or it failed. */
  readonly finished: Promise<void>;
  readonly #options: ResolvedQueryOptions<State>;
  readonly #wakeup = new Wakeup();
  readonly #owned: OwnedPartitions<State>;
  readonly #outage: Outage;
  readonly #groupOffsets: GroupOffsets;
  readonly #publication: Publication<State>;
  readonly #logOffsets: LogOffsets;
  readonly #report: QueryReport<State>;
  readonly #watch: UnreadWatch;
  readonly #schedule: TriggerSchedule;
  readonly #truncated = new Map<number, TruncationWait>();
  #opened: OpenedQuery<State> | undefined;
  #sourceError: Error | undefined;
  readonly #stop = new AbortController();
  #paused = false;
  #turn = 0;
  #previousTriggerAt: number | undefined;
  /** The last trigger left some of what was there when it began to the next one. */
  #isCut = false;
  /** Called once, after the next trigger. */
  #afterTrigger: (() => void)[] = [];

  private constructor(options: ResolvedQueryOptions<State>) {
    const { source, publisher, clock, logger, newId, outageTimeoutMs, maxBytesAtOnce } = options;
    this.#options = options;
    this.runId = newId();
    this.#outage = new Outage(clock, outageTimeoutMs);
    this.#groupOffsets = new GroupOffsets({ source, clock, logger });
    this.#logOffsets = new LogOffsets(source, clock);
    this.#schedule = new TriggerSchedule({ clock, trigger: options.trigger, wakeup: this.#wakeup });
    this.#publication = new Publication({ source, publisher, groupOffsets: this.#groupOffsets, clock });
    this.#owned = new OwnedPartitions({
      source,
      wakeup: this.#wakeup,
      maxBufferedBytes: TIMES_BUFFERED * maxBytesAtOnce,
    });
    const owned = (): readonly number[] => this.#owned.queries.map(({ partition }) => partition);
    this.#watch = new UnreadWatch({ source, clock, forMs: options.othersWaitMs, owned });
    this.#report = new QueryReport(options, this.runId, () => ({
      assigned: this.#owned.isAssigned,
      queries: this.#owned.queries,
      unread: this.#watch.unread,
    }));
    this.finished = this.#run();
    this.finished.catch(() => undefined); // for those who await `finished`; not awaiting it is fine
  }

  get #stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Starts at once; failures are heard through `finished` and `status`. */
  static start<State>(options: StreamingQueryOptions<State>): StreamingQuery<State> {
    return new StreamingQuery(resolveQueryOptions(options));
  }

  status(): QueryStatus {
    return this.#report.status();
  }

  /** No further trigger until `resume`; this consumer stays in the group and keeps its partitions. */
  pause(): void {
    this.#paused = true;
    this.#wakeup.notify();
  }

  resume(): void {
    this.#paused = false;
    this.#wakeup.notify();
  }

  /**
   * Resolves when what all partitions hold now is counted, in this consumer or others, and published as far as this one owns it (Spark's
   * `processAllAvailable`). Files that are due by then can be seen; others are still being filled, unless the rollover interval
   * is 0. Rejects when the query ends before that, and with `partition_unread` when others read nothing of their partitions for
   * a minute (`othersWaitMs`).
   */
  async processAllAvailable(): Promise<void> {
    const { source } = this.#options;
    const log = await fetchOffsets(source, await listPartitions(source));
    const isDone = (): boolean =>
      this.#owned.isAssigned &&
      this.#owned.isSettled &&
      this.#owned.queries.every(({ partition, isStored, isLogSure, checkpoint: { counted, planned } }) => {
        const isPublished = !isStored || this.#publication.has(partition, counted.endOffset);
        const latest = positionIn(logOf(counted.endOffset), log.get(partition)?.latest ?? 0n);
        return isPublished && isLogSure && planned === null && counted.endOffset >= latest;
      });
    const ended = this.finished.then(() =>
      Promise.reject(new Error('the query ended before all was processed')),
    );
    ended.catch(() => undefined); // heard of through the race below, if anybody still listens
    const ends = new Map([...log].map(([partition, { latest }]) => [partition, latest]));
    const others = new OthersWait(this.#options, ends, 'counted');
    while (!isDone() || !(await this.#areOthersDone(others)))
      await Promise.race([ended, new Promise<void>((resolve) => this.#afterTrigger.push(resolve))]);
  }

  /**
   * Ends the query. A trigger that is under way may finish within the budget; after that it is abandoned where it is, which
   * costs nothing but its work: its plan is executed at the next start. Then leaving the group has 2 seconds. Never rejects,
   * also when the query had failed.
   */
  async stop({ budgetMs }: { readonly budgetMs: number }): Promise<void> {
    this.#stop.abort();
    this.#wakeup.notify();
    const { clock, logger } = this.#options;
    if (await settlesWithin(clock, budgetMs, this.finished)) return;
    logger.warn({ budgetMs }, 'what is under way is abandoned; it is finished at the next start');
    await settlesWithin(clock, LEAVE_MS, this.#leave());
    this.#report.enter('stopped', 'what was under way was abandoned');
  }

  async #run(): Promise<void> {
    const { clock, source } = this.#options;
    try {
      const opened = await this.#untilAvailable(() =>
        openStreamingQuery(this.#options, (partition, offset) => this.#owned.seek(partition, offset)),
      );
      if (opened !== undefined) {
        this.#opened = opened;
        this.#report.opened(opened.identity.id);
        await this.#runTriggers(opened);
      }
      this.#report.enter('stopping', 'leaving the group');
      await settlesWithin(clock, LEAVE_MS, this.#groupOffsets.end());
      await source.stop();
      this.#report.enter('stopped', 'the query has ended');
    } catch (error) {
      this.#report.enter(
        'failed',
        error instanceof Error ? error.message : String(error),
        error instanceof QueryError ? error.code : 'unexpected',
      );
      await this.#leave();
      throw error;
    }
  }

  /** When the query ends in another way than in order. Never rejects. */
  async #leave(): Promise<void> {
    const { source, clock, logger } = this.#options;
    await settlesWithin(clock, LEAVE_MS / 2, this.#groupOffsets.end());
    await source.stop().catch((error: unknown) => logger.warn({ err: error }, 'the source did not stop'));
  }

  async #runTriggers(opened: OpenedQuery<State>): Promise<void> {
    try {
      await this.#runEachTrigger(opened);
    } catch (error) {
      // Where one partition's log is gone, the others' may be too: what is here already can't be read again then.
      if (error instanceof QueryError && error.code === 'data_loss') await this.#finishFiles();
      throw error;
    }
    if (this.#stopping) await this.#finishFiles();
    await this.#untilAvailable(() => this.#publish(opened));
    // A stop does not try again: what is not published now is published by the next run.
    if (this.#stopping)
      await this.#publication.done().catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'what was counted last is not published yet');
      });
  }

  /**
   * A stop in order leaves no file open, nor does one for data loss. It does not try again: what is not finished now is read again by
   * the next run.
   */
  async #finishFiles(): Promise<void> {
    this.#report.stored(await finishFiles(this.#owned.queries, this.#options.logger));
  }

  async #runEachTrigger(opened: OpenedQuery<State>): Promise<void> {
    const { source, clock } = this.#options;
    this.#report.enter('starting', `joining the group that reads ${source.topic}`);
    const onError = (error: Error): void => {
      this.#sourceError = error;
      this.#wakeup.notify();
    };
    const listener = {
      onAssignment: (partitions) => this.#owned.onAssignment(partitions),
      onChunk: (chunk) => {
        const disorder = describeDisorder(source.topic, chunk);
        if (disorder === undefined) this.#owned.onChunk(chunk);
        else onError(new RangeError(disorder));
      },
      onError,
    } satisfies SourceListener;
    await source.start(listener).catch((error: unknown) => {
      throw sourceFailed(error);
    });
    this.#schedule.begin();
    const others = new OthersWait(this.#options, opened.targets, 'stored');
    while (!this.#stopping) {
      this.#checkSource();
      if (this.#owned.isAssigned) this.#watch.look(opened);
      if (this.#paused) {
        this.#report.enter('paused', 'paused; resume to go on');
        // What was left out because more was to follow at once. While the store does not answer, it is tried again at the next look.
        await ifAvailable(this.#publish(opened));
      }
      if (this.#paused || !this.#owned.isAssigned) {
        if (!this.#stopping) await this.#wakeup.wait(clock, LOOK_EVERY_MS);
        continue;
      }
      const startedAt = clock.monotonic();
      const worked = await this.#untilAvailable(() => this.#trigger(opened));
      if (this.#isShareDone(opened)) {
        const isDone = await this.#untilAvailable(() => this.#isAllDone(opened, others));
        if (isDone === true) return;
      }
      if (!this.#isCut)
        await this.#schedule.sleepUntilNext(
          { startedAt, worked: worked === true },
          {
            isStopping: () => this.#stopping,
            hasNews: () => this.#sourceError !== undefined || this.#paused,
          },
        );
    }
  }

  /** One trigger with all that follows from it. Whether there was something to do. */
  async #trigger(opened: OpenedQuery<State>): Promise<boolean> {
    const { clock } = this.#options;
    await this.#owned.settle(opened.context);
    const queries = this.#owned.queries;
    const startedAt = clock.monotonic();
    const timestamp = new Date(clock.now()).toISOString();
    const previousAt = this.#previousTriggerAt;
    this.#previousTriggerAt = startedAt;
    this.#isCut = false;
    const outcome = await runTrigger(this.#triggerContext(opened, startedAt), queries, this.#turn++);
    this.#isCut = outcome.isCut;
    this.#report.sawLog(outcome.log);
    this.#owned.regulate();
    this.#report.stored(outcome.stored);
    const hasCounted = outcome.counted.length > 0;
    const worked = hasCounted || outcome.stored.length > 0;
    const publishStart = clock.monotonic();
    try {
      await this.#publish(opened, this.#isBehind(startedAt));
    } finally {
      // What is counted is counted, whether or not it can be published now.
      const publishing = clock.monotonic() - publishStart;
      if (hasCounted) this.#report.counted(outcome, { timestamp, startedAt, previousAt, publishing });
    }
    if (outcome.failure !== undefined) throw outcome.failure;
    if (!this.#stopping) await opened.advances.look(queries, outcome.log);
    this.#report.triggered();
    for (const resolve of this.#afterTrigger.splice(0)) resolve();
    this.#reportTriggered(worked);
    return worked;
  }

  /** A log that seems to end too early is no quiet one: unless a later look finds its end, the query fails soon. */
  #reportTriggered(worked: boolean): void {
    const { source, truncationWaitMs } = this.#options;
    const short = this.#truncated;
    if (worked) this.#report.enter('running', 'processing records');
    else if (short.size === 0) this.#report.enter('waiting', 'waiting for new records');
    else this.#report.enter('recovering', describeShortLog(source.topic, short.keys(), truncationWaitMs));
  }

  async #publish({ checkpoints }: OpenedQuery<State>, moreFollows = false): Promise<void> {
    await this.#publication.begin(checkpoints, this.#owned.queries, { moreFollows });
    if (!moreFollows) await this.#publication.done();
  }

  /** Whether the next trigger has something to do at once: then publishing does not hold it up. */
  #isBehind(startedAt: number): boolean {
    const hasMore = this.#owned.queries.some(
      ({ buffer, checkpoint }) => buffer.endOffset > checkpoint.counted.endOffset,
    );
    return hasMore && this.#isNextDue(startedAt);
  }

  /** Whether the trigger after the one that began then may begin now. */
  #isNextDue(startedAt: number, isCut = this.#isCut): boolean {
    return !this.#stopping && !this.#paused && (isCut || this.#schedule.isNextDue(startedAt));
  }

  /** Whether all partitions have come to where they are waited for; not so while the store does not answer. */
  async #areOthersDone(others: OthersWait): Promise<boolean> {
    if (this.#opened === undefined) return false;
    return (await ifAvailable(others.left(this.#opened)))?.length === 0;
  }

  /** Whether all partitions have come to where `availableNow` ends; waits for a moment if they have not. */
  async #isAllDone(opened: OpenedQuery<State>, others: OthersWait): Promise<boolean> {
    const left = await others.left(opened);
    if (left.length === 0) return true;
    const names = left.map(({ partition }) => partition).join(', ');
    this.#report.enter('waiting', `its share is done; waiting for who reads partition ${names}`);
    await this.#options.clock.sleep(OTHERS_EVERY_MS, this.#stop.signal);
    return false;
  }

  #isShareDone({ targets }: OpenedQuery<State>): boolean {
    if (this.#options.trigger.kind !== 'availableNow') return false;
    if (!this.#owned.isSettled || this.#truncated.size > 0) return false;
    return this.#owned.queries.every((query) => {
      return query.isLogSure && query.checkpoint.stored.endOffset >= targetOf(query, targets);
    });
  }

  /** Tries until it works, the query is stopped (`undefined`), or the outage has lasted too long. */
  async #untilAvailable<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { clock, logger, outageTimeoutMs } = this.#options;
    while (!this.#stopping) {
      try {
        const result = await work();
        this.#outage.over();
        return result;
      } catch (error) {
        if (!isTransient(error)) throw storeRefusal(error) ?? error;
        const pauseMs = this.#outage.failed();
        if (pauseMs === undefined) throw outlasted(error, outageTimeoutMs);
        logger.warn({ err: error, pauseMs }, 'a server did not answer; trying again');
        this.#report.enter('recovering', error.message);
        await clock.sleep(pauseMs, this.#stop.signal);
        this.#checkSource();
      }
    }
    return undefined;
  }

  #checkSource(): void {
    if (this.#sourceError !== undefined) throw sourceFailed(this.#sourceError);
  }

  #triggerContext({ targets }: OpenedQuery<State>, startedAt: number): TriggerContext<State> {
    const { source, clock, logger, failOnDataLoss, lossAdvice, trigger } = this.#options;
    const target = (query: PartitionQuery<State>): bigint | undefined =>
      trigger.kind === 'availableNow' ? targetOf(query, targets) : undefined;
    return {
      source,
      logOffsets: this.#logOffsets,
      clock,
      logger,
      wakeup: this.#wakeup,
      limits: this.#options,
      failOnDataLoss,
      lossAdvice,
      owns: (query) => this.#owned.owns(query),
      isStopping: () => this.#stopping,
      isNextDue: (isCut) => this.#isNextDue(startedAt, isCut),
      target,
      mustEnd: (query, endOffset) => endOffset >= (target(query) ?? endOffset + 1n),
      regulate: () => this.#owned.regulate(),
      truncated: this.#truncated,
    };
  }
}
