import type { RecordChunk, Source, SourceListener } from '@client-tickets/micro-batch';

/** What a source delivers, read from the beginning on and without a gap, as the engine would do it. */
export class ChunkRecorder {
  readonly values: string[] = [];
  /** The next offset of each partition. */
  readonly positions = new Map<number, bigint>();
  owned: readonly number[] = [];
  #error: Error | undefined;
  #waiting: (() => void)[] = [];

  listenerOf(source: Source): SourceListener {
    return {
      onAssignment: (partitions) => {
        this.owned = partitions;
        for (const partition of partitions) source.seek(partition, this.positions.get(partition) ?? 0n);
        this.#wake();
      },
      onChunk: (chunk) => {
        this.#record(chunk);
        this.#wake();
      },
      onError: (error) => {
        this.#error = error;
        this.#wake();
      },
    };
  }

  /** Resolves as soon as the condition holds; it is looked at after each call of the source. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #record({ partition, startOffset, endOffset, records }: RecordChunk): void {
    if (startOffset !== (this.positions.get(partition) ?? 0n)) return; // a late chunk, which the engine drops as well
    this.values.push(...[...records].map(({ value }) => Buffer.from(value ?? []).toString()));
    this.positions.set(partition, endOffset);
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
