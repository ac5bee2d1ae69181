import type { CheckpointStore, StoredCheckpoint } from './checkpoint-store.ts';
import type { PartitionCheckpoint } from './partition-checkpoint.ts';
import { QueryError } from '../ports/query-error.ts';

/** A partition's checkpoint as this consumer knows it, and what it takes to replace it. */
export class CheckpointCell<State> {
  readonly #checkpoints: CheckpointStore<State>;
  #stored: StoredCheckpoint<State> | undefined;
  #current: PartitionCheckpoint<State>;
  #isUncertain = false;

  /** `start`: what it is while there is none in the store. */
  constructor(
    checkpoints: CheckpointStore<State>,
    stored: StoredCheckpoint<State> | undefined,
    start: PartitionCheckpoint<State>,
  ) {
    this.#checkpoints = checkpoints;
    this.#stored = stored;
    this.#current = start;
  }

  get current(): PartitionCheckpoint<State> {
    return this.#current;
  }

  /** Whether it exists in the store. */
  get isStored(): boolean {
    return this.#stored !== undefined;
  }

  /** A swap was rejected, so what the store holds now is unknown. */
  get isUncertain(): boolean {
    return this.#isUncertain;
  }

  /** Reads it again. Whether it is another one than was last known. */
  async reload(): Promise<boolean> {
    const { partition } = this.#current;
    const found = await this.#checkpoints.read(partition);
    if (found === undefined && this.#stored !== undefined) {
      throw new QueryError(
        'checkpoint_damaged',
        `the checkpoint of partition ${partition} at ${this.#checkpoints.location} is gone; it was there ` +
          'when this run started. Stop what removes it, and restore it from a copy.',
      );
    }
    this.#isUncertain = false;
    if (found === undefined || found.etag === this.#stored?.etag) return false;
    this.#stored = found;
    this.#current = found.checkpoint;
    return true;
  }

  /** Replaces it. `false`: another consumer was first, or the request was lost; `reload` before going on. */
  async swap(next: PartitionCheckpoint<State>): Promise<boolean> {
    this.#isUncertain = true;
    const swapped = await this.#checkpoints.swap(next, this.#stored?.etag);
    if (swapped === undefined) return false;
    this.#isUncertain = false;
    this.#stored = swapped;
    this.#current = next;
    return true;
  }
}
