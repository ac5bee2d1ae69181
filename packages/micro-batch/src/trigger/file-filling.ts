import type { TakenRecords } from '../buffer/partition-buffer.ts';
import type { RecordMark } from '../checkpoint/record-mark.ts';
import type { FilesOutcome } from '../checkpoint/partition-checkpoint.ts';
import type { BatchHandler, HandledBatch, OpenFiles } from '../ports/batch-handler.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import type { RecordList } from '../ports/record-list.ts';
import { mergeHandled } from './merge-handled.ts';
import { ProducedTimes } from './produced-times.ts';
import { uploadOwner } from './upload-owner.ts';

/** A batch that is in the open files, or on its way into them, and not counted yet. */
export interface FilledBatch<State> extends OffsetRange {
  /** `null`: it has no record. */
  readonly lastRecord: RecordMark | null;
  readonly handled: Promise<HandledBatch<State>>;
  readonly produced: ProducedTimes;
}

interface Filling<State> {
  readonly files: OpenFiles<State>;
  /** Settles when everything that was added is in the files. Rejects as the handler has, and then for everything after it. */
  added: Promise<unknown>;
}

/**
 * The files of one partition that are being filled: those that are planned (`close`) are finished while the next ones fill already.
 * Nothing of them can be seen before they are finished, so all of it may be dropped at any time.
 *
 * ```
 *   stored          counted
 *      │   planned     │   open                          ◄── while a plan is out
 *      │   open        │   batch  │  batch  │            ◄── filled ahead of being counted
 * ```
 */
export class FileFilling<State> {
  readonly #start: Parameters<BatchHandler<State>['openFiles']>[0];
  readonly #handler: BatchHandler<State>;
  #planned: Filling<State> | undefined;
  #open: Filling<State> | undefined;
  #batches: readonly FilledBatch<State>[] = [];
  /** What was counted already, as it comes into the open files again. */
  #refilled: Promise<HandledBatch<State>> | undefined;
  #isBroken = false;

  constructor(options: {
    readonly topic: string;
    readonly partition: number;
    readonly handler: BatchHandler<State>;
    readonly results: ObjectStore;
  }) {
    const { topic, partition, handler, results } = options;
    this.#handler = handler;
    this.#start = {
      topic,
      partition,
      startOffset: 0n,
      beginUpload: (upload) => results.beginUpload({ ...upload, owner: uploadOwner(partition) }),
    };
  }

  /** Batches that are filled and not counted, in order. */
  get batches(): readonly FilledBatch<State>[] {
    return this.#batches;
  }

  /** How large the files have become into which the next records go. */
  get bytes(): number {
    return this.#open?.files.bytes ?? 0;
  }

  /** Something went wrong with the files, so only `drop` helps. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Adds records that were counted already. `state`: before the first of the open files. Resolves when they are in the files. */
  async addCounted(range: OffsetRange, records: RecordList, state: State): Promise<void> {
    const before = this.#open === undefined ? undefined : this.#refilled;
    this.#refilled = this.#add(range, records, async () =>
      before === undefined ? state : (await before).state,
    );
    await this.#refilled;
  }

  /** Adds a batch. `state`: as it was counted last. */
  addBatch(
    range: OffsetRange,
    { records, release }: TakenRecords,
    lastRecord: RecordMark | null,
    state: State,
  ): void {
    const before = this.#batches.at(-1)?.handled;
    const handled = this.#add(range, records, async () =>
      before === undefined ? state : (await before).state,
    );
    handled.then(release, () => undefined); // a failure is reported when the batch is counted
    const produced = ProducedTimes.of(records);
    this.#batches = [...this.#batches, { ...range, lastRecord, handled, produced }];
  }

  /** Adds more to the batch that was added last. */
  extendBatch(endOffset: bigint, { records, release }: TakenRecords, lastRecord: RecordMark | null): void {
    const batch = this.#batches.at(-1);
    if (batch === undefined) throw new RangeError('there is no batch that could become larger');
    const range = { startOffset: batch.endOffset, endOffset };
    const added = this.#add(range, records, async () => (await batch.handled).state);
    added.then(release, () => undefined);
    const handled = Promise.all([batch.handled, added]).then(([first, second]) =>
      mergeHandled(first, second),
    );
    handled.catch(() => undefined); // reported when the batch is counted
    batch.produced.addAll(ProducedTimes.of(records));
    const larger = { ...batch, endOffset, lastRecord: lastRecord ?? batch.lastRecord, handled };
    this.#batches = [...this.#batches.slice(0, -1), larger];
  }

  /** The first batch is counted. */
  counted(): void {
    this.#batches = this.#batches.slice(1);
  }

  /** The open files are planned as they are; the next ones begin after them. */
  close(): void {
    this.#planned = this.#open;
    this.#open = undefined;
  }

  /** Makes the planned files visible. `state`: what is stored before them. `counted`: what is counted up to their end. */
  async finish(
    { startOffset, endOffset }: OffsetRange,
    state: State,
    counted: State,
  ): Promise<FilesOutcome<State>> {
    // A plan over offsets without records, or whose records are all lost.
    const filling = (this.#planned ??= this.#begin(startOffset));
    const { files, added } = filling;
    const finished = added.then(() => files.finish(endOffset, state, counted));
    filling.added = finished;
    try {
      return await finished;
    } catch (error) {
      if (filling === this.#planned) this.#isBroken = true;
      throw error;
    }
  }

  /** The planned files are stored. */
  stored(): void {
    this.#planned = undefined;
  }

  /**
   * Drops what is not counted. `false`: that is in the same files as what is counted, so all of it had to go.
   */
  dropUncounted(): boolean {
    if (this.#batches.length === 0 && this.#planned === undefined) return true;
    if (this.#planned === undefined) {
      this.drop();
      return false;
    }
    abort(this.#open);
    this.#open = undefined;
    this.#batches = [];
    return true;
  }

  drop(): void {
    abort(this.#planned);
    abort(this.#open);
    this.#planned = undefined;
    this.#open = undefined;
    this.#batches = [];
    this.#isBroken = false;
  }

  #begin(startOffset: bigint): Filling<State> {
    return { files: this.#handler.openFiles({ ...this.#start, startOffset }), added: Promise.resolve() };
  }

  #add(
    range: OffsetRange,
    records: RecordList,
    stateBefore: () => State | Promise<State>,
  ): Promise<HandledBatch<State>> {
    const filling = (this.#open ??= this.#begin(range.startOffset));
    const { topic, partition } = this.#start;
    const add = async (): Promise<HandledBatch<State>> => {
      await filling.added;
      try {
        return await filling.files.add({ topic, partition, ...range, records }, await stateBefore());
      } catch (error) {
        if (filling === this.#open || filling === this.#planned) this.#isBroken = true;
        throw error;
      }
    };
    const added = add();
    filling.added = added;
    added.catch(() => undefined); // heard of by the caller, and by what comes after it
    return added;
  }
}

function abort<State>(filling: Filling<State> | undefined): void {
  if (filling === undefined) return;
  const end = (): Promise<void> => filling.files.abort();
  void filling.added.then(end, end);
}
