import type { CheckpointStore, StoredCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { QueryError } from '../ports/query-error.ts';
import {
  newPartitionCheckpoint,
  withCommit,
  withGap,
  withNextLog,
  withPlan,
  withStop,
  type CommittedBatch,
  type Gap,
  type Loss,
  type PartitionCheckpoint,
  type BatchPlan,
} from '../checkpoint/partition-checkpoint.ts';
import { lostRanges } from '../checkpoint/lost-ranges.ts';
import { isSameRecord, markOf, type RecordMark } from '../checkpoint/record-mark.ts';
import { logOf } from '../ports/log-position.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import { PartitionBuffer } from '../buffer/partition-buffer.ts';
import type { BatchHandler, BatchRange, HandledBatch } from '../ports/batch-handler.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RecordList } from '../ports/record-list.ts';
import type { PartitionOffsets, RecordChunk } from '../ports/source.ts';
import { LogContinuity } from './log-continuity.ts';

/** What all partitions of a query share. */
export interface PartitionQueryContext<State> {
  readonly queryId: string;
  readonly topic: string;
  readonly handler: BatchHandler<State>;
  readonly checkpoints: CheckpointStore<State>;
  readonly results: ObjectStore;
  readonly clock: Clock;
  /** Where a partition without a checkpoint begins. */
  readonly firstOffset: (partition: number) => Promise<bigint>;
  /** Called when records must come from another position than the one delivered next. */
  readonly seek: (partition: number, offset: bigint) => void;
}

/** `lost`: another consumer was there first. The partition was read again; go on from what was found. */
export type SwapOutcome = 'done' | 'lost';

/** A planned batch, and what the handler made of it. */
export interface PreparedBatch<State> {
  readonly plan: BatchPlan;
  readonly handled: HandledBatch<State>;
  /** `null`: the batch has no record. */
  readonly lastRecord: RecordMark | null;
}

/** A batch that was executed: its files are written, its commit is not. */
export interface ExecutedBatch<State> extends PreparedBatch<State> {
  readonly files: CommittedBatch['files'];
}

/** What the handler makes of offsets that are not planned yet, if they come to follow this state. */
interface AheadBatch<State> extends OffsetRange {
  readonly state: State;
  readonly handled: Promise<HandledBatch<State>>;
  readonly lastRecord: RecordMark | null;
}

/**
 * The exactly-once protocol of one partition. Plan once, execute anywhere:
 *
 * 1. `open` reads the checkpoint: where to go on, and a plan that somebody left.
 * 2. `plan` swaps a plan in. From now on these offsets make one batch, whoever executes it.
 * 3. `handle` and `write` make the files, named and filled by the plan alone. Any number of consumers may do so at once.
 * 4. `commit` swaps the plan into the committed batch, with the partition's whole state.
 *
 * A lost swap means that somebody else has been here; the checkpoint has then been read again, and what it says holds.
 * After a step that rejects, `settle` finds out what has become of it before anything else is done. Breaking the order of
 * 2 and 3, or ignoring the outcome of a swap, would let two consumers write overlapping files.
 */
export class PartitionQuery<State> {
  readonly partition: number;
  readonly buffer = new PartitionBuffer(0n);
  readonly #context: PartitionQueryContext<State>;
  #stored: StoredCheckpoint<State> | undefined;
  #checkpoint: PartitionCheckpoint<State>;
  /** A swap was rejected, so what the store holds now is unknown. */
  #uncertain = false;
  #ahead: AheadBatch<State> | undefined;
  #continuity: LogContinuity;

  private constructor(
    context: PartitionQueryContext<State>,
    stored: StoredCheckpoint<State> | undefined,
    checkpoint: PartitionCheckpoint<State>,
  ) {
    this.partition = checkpoint.partition;
    this.#context = context;
    this.#stored = stored;
    this.#checkpoint = checkpoint;
    this.buffer.reset(checkpoint.committed.endOffset);
    this.#continuity = new LogContinuity(checkpoint.logId ?? undefined);
  }

  /** Reads the partition's checkpoint, or begins a new one, which is first written with its first plan. */
  static async open<State>(
    context: PartitionQueryContext<State>,
    partition: number,
  ): Promise<PartitionQuery<State>> {
    const stored = (await context.checkpoints.read(partition)) ?? (await checkNoResults(context, partition));
    if (stored !== undefined) return new PartitionQuery(context, stored, stored.checkpoint);
    const checkpoint = newPartitionCheckpoint({
      query: context.queryId,
      partition,
      firstOffset: await context.firstOffset(partition),
      state: context.handler.initialState,
      at: now(context.clock),
    });
    return new PartitionQuery(context, undefined, checkpoint);
  }

  /** As far as this consumer knows. */
  get checkpoint(): PartitionCheckpoint<State> {
    return this.#checkpoint;
  }

  /** Whether the checkpoint exists in the store. */
  get isStored(): boolean {
    return this.#stored !== undefined;
  }

  /** Whether the log is known to be the one that was read before. */
  get isLogSure(): boolean {
    return this.#continuity.isSure;
  }

  /** Whether the log holds other records than those that were read before. */
  get isLogReplaced(): boolean {
    return this.#continuity.isBroken || this.hasOtherRecords;
  }

  /** Whether what is in memory for the plan are not the records that it was made for. */
  get hasOtherRecords(): boolean {
    const mark = this.#checkpoint.planned?.lastRecord ?? undefined;
    const own = mark && this.buffer.recordAt(mark.offset);
    return mark !== undefined && own !== undefined && !isSameRecord(markOf(own), mark);
  }

  /** Has records delivered that follow what is buffered, beginning with the last one that was read, which is compared. */
  seek(): void {
    const { firstOffset, committed, stopped } = this.#checkpoint;
    const { lastRecord } = this.buffer;
    const mark = lastRecord === undefined ? committed.lastRecord : markOf(lastRecord);
    const isDoubted = stopped !== null && stopped.reason !== 'expired';
    // As long as nothing was read, any log is the right one.
    if (this.buffer.endOffset === firstOffset) this.#continuity = new LogContinuity(undefined);
    this.#continuity.begin(mark ?? undefined, isDoubted);
    this.#context.seek(this.partition, this.#continuity.mark?.offset ?? this.buffer.endOffset);
  }

  /** Takes a chunk that continues what was read. Whether there is something new: records, or about the log. */
  accept(chunk: RecordChunk): boolean {
    const { mark, isSure } = this.#continuity;
    if (mark === undefined) return isSure && this.buffer.accept(chunk);
    if (chunk.startOffset !== mark.offset) return false;
    this.#continuity.compare(chunk);
    if (!this.#continuity.isSure) return true;
    const { endOffset } = this.buffer;
    if (chunk.endOffset < endOffset) this.#context.seek(this.partition, endOffset);
    this.buffer.accept(chunk, endOffset);
    return true;
  }

  /** Takes note of where the log begins and ends now, and of its id. */
  inspect(log: PartitionOffsets): void {
    let next = this.#continuity.inspect(log);
    if (next === 'compare') {
      // What is in memory may come from either log; only what is committed is known to come from the former one.
      this.buffer.reset(this.#checkpoint.committed.endOffset);
      this.seek();
      next = this.#continuity.inspect(log); // there may be nothing left to compare with
    }
    if (next === 'continue') this.#context.seek(this.partition, this.buffer.endOffset);
  }

  /** Reads the checkpoint again if a swap was rejected, and goes on after what is lost of a plan. */
  async settle(): Promise<void> {
    if (this.#uncertain) await this.#recover();
    const { planned, gaps } = this.#checkpoint;
    if (planned === null || gaps.length === 0) return;
    const { endOffset: delivered } = this.buffer;
    for (const range of lostRanges(planned, gaps)) this.buffer.skip(range);
    if (this.buffer.endOffset !== delivered) this.seek();
  }

  /** Reads the checkpoint again. Whether another consumer has been here since this one last looked. */
  async refresh(): Promise<boolean> {
    const before = this.#stored?.etag;
    await this.#recover();
    return this.#stored?.etag !== before;
  }

  async #recover(): Promise<void> {
    const stored = await this.#context.checkpoints.read(this.partition);
    if (stored === undefined && this.#stored !== undefined) {
      throw new QueryError(
        'checkpoint_damaged',
        `the checkpoint of partition ${this.partition} at ${this.#context.checkpoints.location} is gone; it was there ` +
          'when this run started. Stop what removes it, and restore it from a copy.',
      );
    }
    this.#uncertain = false;
    if (stored === undefined) return;
    this.#stored = stored;
    this.#checkpoint = stored.checkpoint;
    const { endOffset, lastRecord } = stored.checkpoint.committed;
    // What others have committed meanwhile may come from another log than what is in memory here.
    const own = lastRecord === null ? undefined : this.buffer.recordAt(lastRecord.offset);
    const isSame = own !== undefined && lastRecord !== null && isSameRecord(markOf(own), lastRecord);
    if (endOffset > this.buffer.startOffset && !isSame) this.buffer.reset(this.buffer.startOffset);
    this.#moveTo(endOffset);
  }

  /** Decides that the next batch ends before `endOffset`. */
  plan(endOffset: bigint, batchId: number): Promise<SwapOutcome> {
    const { endOffset: startOffset } = this.#checkpoint.committed;
    const lastRecord = markLast(this.buffer.records({ startOffset, endOffset }));
    const plan = { batchId, startOffset, endOffset, lastRecord, at: this.#now() };
    return this.#swap(withPlan(this.#checkpoint, plan));
  }

  /** Handles the planned batch, unless that was done ahead. All its records must be in the buffer. */
  async handle(): Promise<PreparedBatch<State>> {
    const { planned: plan, committed, gaps } = this.#checkpoint;
    if (plan === null) throw new RangeError(`partition ${this.partition} has no plan to execute`);
    const lost = lostRanges(plan, gaps);
    const ahead = this.#takeAhead(plan, committed.state);
    if (ahead !== undefined && lost.length === 0)
      return { plan, handled: await ahead.handled, lastRecord: ahead.lastRecord };
    const records = lost.reduce((left, range) => left.without(range), this.buffer.records(plan));
    const handled = await this.#handle(plan, records, committed.state);
    return { plan, handled, lastRecord: markLast(records) };
  }

  /**
   * Handles offsets that will follow a planned batch, as if that was committed, while it is being written. Nothing is decided
   * by it, as handlers are pure: `handle` takes what came of it if these very offsets are planned then and follow this state.
   */
  handleAhead({ plan, handled }: PreparedBatch<State>, endOffset: bigint): void {
    const range = { startOffset: plan.endOffset, endOffset };
    const { state } = handled;
    const records = this.buffer.records(range);
    const ahead = this.#handle(range, records, state);
    ahead.catch(() => undefined); // heard of when it is taken
    this.#ahead = { ...range, state, handled: ahead, lastRecord: markLast(records) };
  }

  /** Where the batch ends that was handled ahead. */
  get aheadEnd(): bigint | undefined {
    return this.#ahead?.endOffset;
  }

  #takeAhead(plan: OffsetRange, state: State): AheadBatch<State> | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const isSame =
      ahead?.startOffset === plan.startOffset && ahead.endOffset === plan.endOffset && ahead.state === state;
    if (isSame) return ahead;
    void ahead?.handled.then(
      ({ release }) => release?.(),
      () => undefined,
    );
    return undefined;
  }

  /** Writes the files of a batch. */
  async write({ plan, handled, lastRecord }: PreparedBatch<State>): Promise<ExecutedBatch<State>> {
    const { results } = this.#context;
    await Promise.all(
      handled.files.map(({ key, body, contentType }) => results.put(key, body, { contentType })),
    );
    if (lostRanges(plan, this.#checkpoint.gaps).length > 0) await this.#deleteOthers(plan, handled);
    const files = handled.files.map(({ key, body }) => ({ key, size: body.byteLength }));
    handled.release?.();
    return { plan, handled, lastRecord, files };
  }

  /** Makes an executed batch the committed one and, in the same swap, plans the `next`. */
  async commit(
    { handled, lastRecord, files }: ExecutedBatch<State>,
    next?: Pick<BatchPlan, 'batchId' | 'endOffset'>,
  ): Promise<SwapOutcome> {
    const { state, rows, deadLetters } = handled;
    const at = this.#now();
    const { logId } = this.#continuity;
    const made = { state, rows, deadLetters, files, lastRecord, logId };
    const committed = withCommit(this.#checkpoint, made, at);
    const { endOffset: startOffset } = committed.committed;
    const planNext = ({ batchId, endOffset }: Pick<BatchPlan, 'batchId' | 'endOffset'>): BatchPlan => {
      const lastRecord = markLast(this.buffer.records({ startOffset, endOffset }));
      return { batchId, startOffset, endOffset, lastRecord, at };
    };
    const outcome = await this.#swap(next === undefined ? committed : withPlan(committed, planNext(next)));
    if (outcome === 'done') this.#moveTo(this.#checkpoint.committed.endOffset);
    return outcome;
  }

  /** Records a loss that the user has agreed to go on with, and steps over it. */
  async recordGap(gap: Omit<Gap, 'at'>): Promise<SwapOutcome> {
    const outcome = await this.#swap(withGap(this.#checkpoint, { ...gap, at: this.#now() }));
    if (outcome === 'done') this.#moveTo(this.#checkpoint.committed.endOffset);
    return outcome;
  }

  /** Notes the loss that the query stops for. */
  recordStop(loss: Loss): Promise<SwapOutcome> {
    return this.#swap(withStop(this.#checkpoint, loss, this.#now()));
  }

  /** Goes on at a position of the log that has replaced the one before. */
  async startNextLog(position: bigint, logId: string | undefined): Promise<SwapOutcome> {
    const outcome = await this.#swap(withNextLog(this.#checkpoint, { position, logId, at: this.#now() }));
    if (outcome === 'done') this.#moveTo(position);
    return outcome;
  }

  /** Before records of a plan were lost, it may have been executed with all of them, and have had files that it now has not. */
  async #deleteOthers(range: OffsetRange, { files }: HandledBatch<State>): Promise<void> {
    const { results, handler } = this.#context;
    const written = new Set(files.map(({ key }) => key));
    await Promise.all(
      handler
        .fileKeys(this.#rangeOf(range))
        .filter((key) => !written.has(key))
        .map((key) => results.delete(key)),
    );
  }

  #moveTo(offset: bigint): void {
    const { endOffset: delivered } = this.buffer;
    const isNextLog = logOf(offset) !== logOf(this.buffer.startOffset);
    this.buffer.discardBefore(offset);
    if (isNextLog) this.#continuity = new LogContinuity(this.#checkpoint.logId ?? undefined);
    if (this.buffer.endOffset !== delivered) this.seek();
  }

  async #handle(range: OffsetRange, records: RecordList, state: State): Promise<HandledBatch<State>> {
    const { startOffset, endOffset } = range;
    try {
      return await this.#context.handler.handle({ ...this.#rangeOf(range), records }, state);
    } catch (error) {
      throw new QueryError(
        'handler_failed',
        `offsets ${startOffset} to ${endOffset - 1n} of partition ${this.partition} could not be processed: ` +
          `${error instanceof Error ? error.message : String(error)}. The batch stays planned and is tried again at the next start.`,
        { cause: error },
      );
    }
  }

  #rangeOf({ startOffset, endOffset }: OffsetRange): BatchRange {
    return { topic: this.#context.topic, partition: this.partition, startOffset, endOffset };
  }

  async #swap(next: PartitionCheckpoint<State>): Promise<SwapOutcome> {
    this.#uncertain = true;
    const swapped = await this.#context.checkpoints.swap(next, this.#stored?.etag);
    if (swapped === undefined) {
      await this.#recover();
      return 'lost';
    }
    this.#uncertain = false;
    this.#stored = swapped;
    this.#checkpoint = next;
    return 'done';
  }

  #now(): string {
    return now(this.#context.clock);
  }
}

/**
 * A partition without checkpoint must not have results either: its ranges would be cut anew and overlap. Unless another
 * consumer has just begun it; its checkpoint, which it wrote before the results, is returned then.
 */
async function checkNoResults<State>(
  context: PartitionQueryContext<State>,
  partition: number,
): Promise<StoredCheckpoint<State> | undefined> {
  const { results, handler, checkpoints, topic } = context;
  for (const prefix of handler.partitionPrefixes(partition)) {
    for await (const { key } of results.list(prefix)) {
      const begun = await checkpoints.read(partition);
      if (begun !== undefined) return begun;
      throw new QueryError(
        'checkpoint_damaged',
        `partition ${partition} of ${topic} has no checkpoint at ${checkpoints.location}, but results (${results.location}${key}). ` +
          'Restore the checkpoint from a copy, or rebuild it from the results.',
      );
    }
  }
  return undefined;
}

/** Whether there is a plan and all its records are in memory. */
export function hasPlanInMemory<State>(query: PartitionQuery<State>): boolean {
  const { buffer } = query;
  const { planned } = query.checkpoint;
  if (planned === null || buffer.startOffset !== planned.startOffset) return false;
  return buffer.verifiedEnd >= planned.endOffset && !query.hasOtherRecords;
}

function markLast(records: RecordList): RecordMark | null {
  const last = records.last();
  return last === undefined ? null : markOf(last);
}

function now(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
