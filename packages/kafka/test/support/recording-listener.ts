import type { RecordChunk, SourceListener, SourceRecord } from '@client-tickets/micro-batch';

/** Keeps all that a source says, and lets a test wait for it. */
export class RecordingListener implements SourceListener {
  readonly assignments: (readonly number[])[] = [];
  readonly chunks: RecordChunk[] = [];
  readonly errors: Error[] = [];
  /** What to do at once when an assignment comes, as the engine does for partitions that it keeps. */
  atAssignment: (partitions: readonly number[]) => void = () => {};
  #waiting: (() => void)[] = [];

  onAssignment(partitions: readonly number[]): void {
    this.assignments.push(partitions);
    this.atAssignment(partitions);
    this.#wake();
  }

  onChunk(chunk: RecordChunk): void {
    this.chunks.push(chunk);
    this.#wake();
  }

  onError(error: Error): void {
    this.errors.push(error);
    this.#wake();
  }

  /** Resolves as soon as the condition holds; it is looked at after each call of the source. */
  async until(condition: (seen: this) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  chunksOf(partition: number): readonly RecordChunk[] {
    return this.chunks.filter((chunk) => chunk.partition === partition);
  }

  recordsOf(partition: number): readonly SourceRecord[] {
    return this.chunksOf(partition).flatMap((chunk) => [...chunk.records]);
  }

  valuesOf(partition: number): readonly string[] {
    return this.recordsOf(partition).map(({ value }) => Buffer.from(value ?? []).toString());
  }

  /** Where the last chunk of the partition ended. */
  endOf(partition: number): bigint | undefined {
    return this.chunksOf(partition).at(-1)?.endOffset;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
