import { CheckpointCell } from '../checkpoint/checkpoint-cell.ts';
import { lostRanges } from '../checkpoint/lost-ranges.ts';
import {
  newPartitionCheckpoint,
  openRange,
  withFiles,
  withGap,
  withNextLog,
  withState,
  withStop,
  type FilesOutcome,
  type Gap,
  type Loss,
  type PartitionCheckpoint,
  type StoredFiles,
} from '../checkpoint/partition-checkpoint.ts';
import { isSameRecord, markOf } from '../checkpoint/record-mark.ts';
import type { PartitionBuffer } from '../buffer/partition-buffer.ts';
import type { PartitionOffsets, RecordChunk } from '../ports/source.ts';
import { checkNoResults } from './check-no-results.ts';
import { countNext, type CountedCheckpoint, type CountedPart, type MustEnd } from './count-next.ts';
import { deleteOtherFiles } from './delete-other-files.ts';
import { FileFilling, type FilledBatch } from './file-filling.ts';
import { nameFailure } from './name-failure.ts';
import { isoNow, type PartitionQueryContext } from './partition-query-context.ts';
import { PartitionReader, type ReadingStart } from './partition-reader.ts';

/** `lost`: another consumer was there first. The partition was read again; go on from what was found. */
export type SwapOutcome = 'done' | 'lost';

/**
 * The exactly-once protocol of one partition. Count, plan files once, execute anywhere:
 *
 * 1. `open` reads the checkpoint. Reading begins at `stored`; what is counted already (`refill`) goes into the open files again.
 * 2. `fill` puts a batch into the open files, which no reader sees.
 * 3. `count` swaps the batch in, and, when they are due, the plan of the files. From now on this range makes these files,
 *    whichever consumer executes it.
 * 4. `write` makes the planned files visible, named and filled by the plan alone. Any number of consumers may do so at once.
 * 5. `store` swaps them in. The same swap may count the next batch and plan its files.
 *
 * A lost swap means that another consumer has been here: what was filled is dropped, the checkpoint was read again, and what it says
 * holds. After a step that rejects, `settle` finds out what has become of it before anything else is done. Making files visible before
 * their plan is in, or ignoring the outcome of a swap, would let two consumers write overlapping files.
 */
export class PartitionQuery<State> {
  readonly partition: number;
  readonly #context: PartitionQueryContext<State>;
  readonly #reader: PartitionReader;
  readonly #filling: FileFilling<State>;
  readonly #cell: CheckpointCell<State>;
  /** Another consumer may have it now, so this one must not move where delivery goes on. */
  #isGone = false;
  /** The planned files take no more records. */
  #isClosed = false;
  /** The planned files can be seen. */
  #written: FilesOutcome<State> | undefined;
  /** Counted by the swap that stored the files before, as the next trigger's. */
  #countedAhead: CountedPart | undefined;

  private constructor(context: PartitionQueryContext<State>, cell: CheckpointCell<State>) {
    const { partition } = cell.current;
    this.partition = partition;
    this.#context = context;
    this.#cell = cell;
    this.#reader = new PartitionReader(this.#start(), (position) => context.seek(partition, position));
    this.#filling = new FileFilling({ ...context, partition });
  }

  /** Reads the partition's checkpoint, or begins a new one, which is first written with its first batch. */
  static async open<State>(
    context: PartitionQueryContext<State>,
    partition: number,
  ): Promise<PartitionQuery<State>> {
    const { checkpoints, handler, queryId, results, clock } = context;
    const stored = (await checkpoints.read(partition)) ?? (await checkNoResults(context, partition));
    const start =
      stored?.checkpoint ??
      newPartitionCheckpoint({
        query: queryId,
        partition,
        firstOffset: await context.firstOffset(partition),
        state: (await handler.firstState?.(results)) ?? handler.initialState,
        at: isoNow(clock),
      });
    return new PartitionQuery(context, new CheckpointCell(checkpoints, stored, start));
  }

  /** As far as this consumer knows. */
  get checkpoint(): PartitionCheckpoint<State> {
    return this.#cell.current;
  }

  /** Whether the checkpoint exists in the store. */
  get isStored(): boolean {
    return this.#cell.isStored;
  }

  /** What was read and is in no file yet. */
  get buffer(): PartitionBuffer {
    return this.#reader.buffer;
  }

  /** Whether the log is known to be the one that was read before. */
  get isLogSure(): boolean {
    return this.#reader.isSure;
  }

  /** Whether the last record that was read must come again first, to be compared. */
  get isComparing(): boolean {
    return this.#reader.isComparing;
  }

  /** Whether the log holds other records than those that were read before. */
  get isLogReplaced(): boolean {
    return this.#reader.isBroken || this.hasOtherRecords;
  }

  /** Whether what was read again are not the records that were counted. */
  get hasOtherRecords(): boolean {
    const { counted } = this.checkpoint;
    const mark = openRange(this.checkpoint) === undefined ? null : counted.lastRecord;
    const own = mark === null ? undefined : this.buffer.recordAt(mark.offset);
    return mark !== null && own !== undefined && !isSameRecord(markOf(own), mark);
  }

  /** Whether everything that is counted is in files, visible or open. */
  get isWhole(): boolean {
    return !this.#filling.isBroken && this.buffer.startOffset >= this.checkpoint.counted.endOffset;
  }

  /** Whether everything that is counted is here: in files, or read. */
  get hasAllCounted(): boolean {
    if (this.isWhole) return true;
    return this.buffer.verifiedEnd >= this.checkpoint.counted.endOffset && !this.hasOtherRecords;
  }

  /** Batches that are in the open files and not counted. */
  get filled(): readonly FilledBatch<State>[] {
    return this.#filling.batches;
  }

  /** When the first record was produced that was read and is not counted, in milliseconds since the epoch. */
  get oldestUncountedAt(): number | undefined {
    const filledAt = this.filled.flatMap(({ produced }) => produced.firstAt ?? []);
    return filledAt[0] ?? this.buffer.timestampFrom(this.checkpoint.counted.endOffset);
  }

  /** How large the largest file is that records go into now, in bytes. */
  get openBytes(): number {
    return this.#filling.bytes;
  }

  /** The batch that was counted with the files before it, as the next trigger's. */
  get countedAhead(): CountedPart | undefined {
    return this.#countedAhead;
  }

  /** The same; it is told once. */
  takeCountedAhead(): CountedPart | undefined {
    const ahead = this.#countedAhead;
    this.#countedAhead = undefined;
    return ahead;
  }

  /** Has records delivered that follow what was read, beginning with the last of them, which is compared. */
  seek(): void {
    if (this.#isGone) return;
    const { counted, firstOffset, stopped } = this.checkpoint;
    this.#reader.seek({
      isFirst: this.buffer.endOffset === firstOffset && counted.endOffset === firstOffset,
      isDoubted: stopped !== null && stopped.reason !== 'expired',
    });
  }

  /** Takes a chunk that continues what was read. Whether there is something new: records, or about the log. */
  accept(chunk: RecordChunk): boolean {
    return this.#reader.accept(chunk);
  }

  /** Takes note of where the log begins and ends now, and of its id. */
  inspect(log: PartitionOffsets): void {
    if (this.#reader.inspect(log) !== 'doubtful') return;
    // Only what is counted is known to come from the former log.
    if (this.#filling.dropUncounted() && this.isWhole) this.#reader.restart(this.#countedStart());
    else this.#restart();
    this.seek();
    this.#reader.inspect(log); // there may be nothing left to compare with
  }

  /** Reads the checkpoint again if a swap was rejected, fills files again that broke, and goes on after what is lost. */
  async settle(): Promise<void> {
    if (this.#cell.isUncertain) await this.refresh();
    if (this.#filling.isBroken) {
      this.#restart();
      this.seek();
    }
    const { counted, gaps } = this.checkpoint;
    const range = openRange(this.checkpoint);
    if (range === undefined || gaps.length === 0) return;
    const isMoved = lostRanges(range, gaps).map((lost) => this.#reader.skip(lost, counted.lastRecord));
    if (isMoved.includes(true)) this.seek();
  }

  /** Reads the checkpoint again. Whether another consumer has been here since this one last looked. */
  async refresh(): Promise<boolean> {
    const isOther = await this.#cell.reload();
    if (isOther) {
      this.#restart();
      this.seek();
    }
    return isOther;
  }

  /** Lets go of the partition, and of what is not visible. What is under way may finish: the protocol makes that harmless. */
  close(): void {
    this.#isGone = true;
    this.#restart();
  }

  /** Drops all that is not visible and reads it again. */
  #restart(): void {
    this.#filling.drop();
    this.#isClosed = false;
    this.#written = undefined;
    this.#countedAhead = undefined;
    this.#reader.restart(this.#start());
  }

  #start(): ReadingStart {
    const { stored, logId } = this.checkpoint;
    return { position: stored.endOffset, lastRecord: stored.lastRecord, logId };
  }

  #countedStart(): ReadingStart {
    const { counted, logId } = this.checkpoint;
    return { position: counted.endOffset, lastRecord: counted.lastRecord, logId };
  }

  /** Puts records into the open files that are counted and not stored, as far as they were read, about `bytes` at a time. */
  async refill(bytes: number): Promise<void> {
    const { counted, stored, gaps } = this.checkpoint;
    while (!this.isWhole && !this.#filling.isBroken && !this.hasOtherRecords) {
      const { startOffset } = this.buffer;
      const within = this.buffer.endWithin(bytes);
      const endOffset = within < counted.endOffset ? within : counted.endOffset;
      if (endOffset <= startOffset) return;
      const range = { startOffset, endOffset };
      const { records, release } = this.#reader.take(endOffset);
      const left = lostRanges(range, gaps).reduce((kept, lost) => kept.without(lost), records);
      await nameFailure(this.partition, range, this.#filling.addCounted(range, left, stored.state));
      release();
    }
  }

  /** Puts a batch into the open files. All its records must have been read, and everything counted must be in files. */
  fill(endOffset: bigint): void {
    const range = { startOffset: this.buffer.startOffset, endOffset };
    const taken = this.#reader.take(endOffset);
    this.#filling.addBatch(range, taken, taken.lastRecord, this.checkpoint.counted.state);
  }

  /** Whether the batch that is counted next may become larger, and the file that it goes into. */
  get mayGrow(): boolean {
    return this.filled.length === 1 && this.isWhole && this.openBytes < this.#context.rollover.bytes;
  }

  /** Puts more into that batch. All its records must have been read. */
  grow(endOffset: bigint): void {
    const taken = this.#reader.take(endOffset);
    this.#filling.extendBatch(endOffset, taken, taken.lastRecord);
  }

  /**
   * Counts the first batch that is filled, if there is one, and plans files if they are due. `undefined`: there was nothing to do.
   * `beforeSwap` is called when the open files go on, so that more may come into them meanwhile.
   */
  async count(
    batchId: number,
    mustEnd: MustEnd,
    beforeSwap: () => void = () => undefined,
  ): Promise<{ readonly outcome: SwapOutcome; readonly part: CountedPart | undefined } | undefined> {
    const next = await this.#countNext(this.checkpoint, batchId, mustEnd);
    if (next.checkpoint === this.checkpoint) return undefined;
    if (next.checkpoint.planned === null) beforeSwap();
    const outcome = await this.#swap(next.checkpoint);
    if (outcome === 'done') this.#tookNext(next.part);
    return { outcome, part: outcome === 'done' ? next.part : undefined };
  }

  /** Makes the planned files visible. Everything counted must be in them. */
  async write(): Promise<void> {
    const { planned, stored, counted, gaps } = this.checkpoint;
    if (planned === null || !this.isWhole)
      throw new RangeError(`partition ${this.partition} has no plan to execute, or not all of its records`);
    if (this.#written !== undefined) return;
    this.#closeFiles();
    const finished = this.#filling.finish(planned, stored.state, counted.state);
    const written = await nameFailure(this.partition, planned, finished);
    if (lostRanges(planned, gaps).length > 0)
      await deleteOtherFiles(this.#context, this.partition, planned, written);
    this.#written = written;
  }

  /** From now on batches go into the next files, and not into those that are planned. */
  #closeFiles(): void {
    if (!this.#isClosed) this.#filling.close();
    this.#isClosed = true;
  }

  /**
   * Notes that the planned files can be seen. In the same swap, `next` counts the batch that is filled, if its files are due as
   * well: in a trigger of its own that would take no swap less.
   */
  async store(next?: {
    readonly batchId: number;
    readonly mustEnd: MustEnd;
  }): Promise<{ readonly outcome: SwapOutcome; readonly files: StoredFiles | undefined }> {
    const written = this.#written;
    if (written === undefined && this.#isGone) return { outcome: 'lost', files: undefined }; // the next owner stores them
    if (written === undefined) throw new RangeError(`partition ${this.partition} has no files to store`);
    const stored = withFiles(this.checkpoint, written, this.#now());
    // A batch that fails is reported when its own turn comes.
    const both = next && (await this.#countNext(stored, next.batchId, next.mustEnd).catch(() => undefined));
    const isPlanned = both !== undefined && both.checkpoint.planned !== null;
    const outcome = await this.#swap(isPlanned ? both.checkpoint : stored);
    if (outcome === 'lost') return { outcome, files: undefined };
    this.#filling.stored();
    this.#written = undefined;
    this.#isClosed = false;
    if (isPlanned) {
      this.#tookNext(both.part);
      this.#countedAhead = both.part;
    }
    return { outcome, files: stored.recentFiles.at(-1) };
  }

  #countNext(
    checkpoint: PartitionCheckpoint<State>,
    batchId: number,
    mustEnd: MustEnd,
  ): Promise<CountedCheckpoint<State>> {
    const { rollover } = this.#context;
    const { batches } = this.#filling;
    const { logId } = this.#reader;
    const openBytes = (): number => this.openBytes;
    return countNext(checkpoint, {
      batches,
      openBytes,
      batchId,
      logId,
      rollover,
      mustEnd,
      at: this.#now(),
    });
  }

  #tookNext(part: CountedPart | undefined): void {
    if (part !== undefined) this.#filling.counted();
    if (this.checkpoint.planned !== null) this.#closeFiles();
  }

  /** Whether files hold all that is counted, and nothing more is on its way into them: the state may change by itself. */
  get isBetweenRecords(): boolean {
    const isOpen = openRange(this.checkpoint) !== undefined || this.#filling.batches.length > 0;
    return !isOpen && !this.#filling.isBroken && !this.#cell.isUncertain;
  }

  /** Changes the state between two records. `undefined`: it stays. */
  async advance(next: (state: State) => State): Promise<SwapOutcome | undefined> {
    const advanced = withState(this.checkpoint, next);
    return advanced === this.checkpoint ? undefined : this.#swap(advanced);
  }

  /** Records a loss that the user has agreed to go on with, and steps over it. */
  async recordGap(gap: Omit<Gap, 'at' | 'isCounted'>): Promise<SwapOutcome> {
    const outcome = await this.#swap(withGap(this.checkpoint, { ...gap, at: this.#now() }));
    if (outcome === 'done' && openRange(this.checkpoint) === undefined) this.#moveOn();
    return outcome;
  }

  /** Notes the loss that the query stops for. */
  recordStop(loss: Loss): Promise<SwapOutcome> {
    return this.#swap(withStop(this.checkpoint, loss, this.#now()));
  }

  /** Goes on at a position of the log that has replaced the one before. */
  async startNextLog(position: bigint, logId: string | undefined): Promise<SwapOutcome> {
    const outcome = await this.#swap(withNextLog(this.checkpoint, { position, logId, at: this.#now() }));
    if (outcome === 'done') this.#moveOn();
    return outcome;
  }

  /** Drops what was read again of what is counted: it may come from another log. */
  dropReadAgain(): void {
    this.#restart();
  }

  #moveOn(): void {
    if (this.#reader.moveTo(this.#start())) this.seek();
  }

  async #swap(next: PartitionCheckpoint<State>): Promise<SwapOutcome> {
    if (await this.#cell.swap(next)) return 'done';
    await this.refresh();
    return 'lost';
  }

  #now(): string {
    return isoNow(this.#context.clock);
  }
}
