import type { OffsetRange } from './offset-range.ts';
import { RecordBlock } from './record-block.ts';
import type { SourceRecord } from './source-record.ts';

/** Records `[from, to)` of a block. */
export interface RecordPiece {
  readonly block: RecordBlock;
  readonly from: number;
  readonly to: number;
}

/** The records of a batch, in ascending order of offset, as pieces of the blocks that they were read in: nothing is copied. */
export class RecordList implements Iterable<SourceRecord> {
  readonly pieces: readonly RecordPiece[];
  readonly length: number;

  constructor(pieces: readonly RecordPiece[]) {
    this.pieces = pieces.filter(({ from, to }) => from < to);
    this.length = this.pieces.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  static of(records: readonly SourceRecord[]): RecordList {
    return new RecordList([{ block: RecordBlock.of(records), from: 0, to: records.length }]);
  }

  *[Symbol.iterator](): Generator<SourceRecord> {
    for (const { block, from, to } of this.pieces)
      for (let index = from; index < to; index += 1) yield block.at(index);
  }

  last(): SourceRecord | undefined {
    const piece = this.pieces.at(-1);
    return piece?.block.at(piece.to - 1);
  }

  /** All but the records of this range. */
  without({ startOffset, endOffset }: OffsetRange): RecordList {
    const cut = ({ block, from, to }: RecordPiece): readonly RecordPiece[] => [
      { block, from, to: Math.min(to, block.countBefore(startOffset)) },
      { block, from: Math.max(from, block.countBefore(endOffset)), to },
    ];
    return new RecordList(this.pieces.flatMap(cut));
  }
}
