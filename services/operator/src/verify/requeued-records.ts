import type { CheckpointSnapshot } from '../checkpoint/checkpoint-snapshot.ts';
import type { RecordPosition } from '@client-tickets/micro-batch';
import type { Difference } from './difference.ts';
import type { RangeEvidence } from './range-evidence.ts';

/** Dead letters that were sent back: each must be in the results again, as a ticket or as another dead letter. */
export class RequeuedRecords {
  /** Partition, then where each was sent, and which dead letter it was. */
  readonly #waiting = new Map<number, Map<bigint, string>>();

  /** `sentTo`: by the place of the dead letter. */
  constructor(sentTo: ReadonlyMap<string, RecordPosition>) {
    for (const [origin, { partition, offset }] of sentTo) {
      const ofPartition = this.#waiting.get(partition) ?? new Map<bigint, string>();
      this.#waiting.set(partition, ofPartition.set(offset, origin));
    }
  }

  add({ partition, rows, deadLetters }: RangeEvidence): void {
    const waiting = this.#waiting.get(partition);
    if (waiting === undefined || waiting.size === 0) return;
    for (const { offset } of rows) waiting.delete(offset);
    for (const offset of deadLetters) waiting.delete(offset);
  }

  /** Those that are committed and were not found. What is recorded as lost is no surprise. */
  finish({ partitions }: CheckpointSnapshot): readonly Difference[] {
    const missing: Difference[] = [];
    for (const [partition, waiting] of this.#waiting) {
      const checkpoint = partitions.get(partition)?.checkpoint;
      if (checkpoint === undefined) continue;
      const { firstOffset, stored, gaps } = checkpoint;
      for (const [offset, origin] of waiting) {
        const isIn = ({ startOffset, endOffset }: (typeof gaps)[number]): boolean =>
          startOffset <= offset && offset < endOffset;
        if (offset < firstOffset || offset >= stored.endOffset || gaps.some(isIn)) continue;
        const message = `dead letter ${origin} was sent back to ${partition}:${offset}, which no file holds`;
        missing.push({
          code: 'requeue_lost',
          partition,
          offsets: { startOffset: offset, endOffset: offset + 1n },
          message,
        });
      }
    }
    return missing;
  }
}
