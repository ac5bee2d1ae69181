import { isDropped, rowsKey, type DroppedJson } from '@client-tickets/results';
import { showOffsets } from '../cli/output.ts';
import type { Difference } from './difference.ts';
import type { RangeEvidence } from './range-evidence.ts';

/** How many are named. */
const MOST_NAMED = 1_000;

type Place = Pick<RangeEvidence, 'partition' | 'range'> & {
  readonly first: bigint;
  readonly last: bigint;
  /** Of the file; `undefined`: the range was made up from what a merged file spans. */
  readonly key: string | undefined;
};

/** Tells JSON files that were dropped, since merged files hold their rows, from those that were lost. */
export class JsonAudit {
  readonly #table: string;
  readonly #dropped: DroppedJson;
  readonly #lost: Place[] = [];
  /** Rows whose JSON files were dropped. */
  rowsDropped = 0;

  constructor(table: string, dropped: DroppedJson) {
    this.#table = table;
    this.#dropped = dropped;
  }

  /** A range whose rows are in a merged file, and in no JSON file. */
  add({ partition, range, rows, files }: RangeEvidence): void {
    let first: bigint | undefined;
    let last: bigint | undefined;
    for (const { offset } of rows) {
      if (isDropped(this.#dropped, partition, offset)) {
        this.rowsDropped += 1;
        continue;
      }
      first ??= offset;
      last = offset;
    }
    if (first === undefined || last === undefined || this.#lost.length >= MOST_NAMED) return;
    const key = files.length === 0 ? undefined : rowsKey(this.#table, 'json', { partition, ...range });
    this.#lost.push({ partition, range, first, last, key });
  }

  /** `readAgain`: what was dropped while files were looked at is noted by now. */
  async finish(readAgain: () => Promise<DroppedJson>): Promise<readonly Difference[]> {
    if (this.#lost.length === 0) return [];
    const dropped = await readAgain();
    const isLost = ({ partition, first, last }: Place): boolean =>
      ![first, last].every((offset) => isDropped(dropped, partition, offset));
    return this.#lost.filter(isLost).map(({ partition, first, last, key }): Difference => {
      const offsets = { startOffset: first, endOffset: last + 1n };
      const what =
        key === undefined
          ? `no JSON file holds offsets ${showOffsets(offsets)} of partition ${partition}`
          : `${key} is not there`;
      const message = `${what}, and was not dropped by \`tickets optimize --drop-json\`; a merged file holds its rows`;
      return { code: 'file_missing', partition, offsets, ...(key === undefined ? {} : { key }), message };
    });
  }
}
