import { windowName, type QueryState } from '@client-tickets/records';
import type { DeclaredWindows } from '@client-tickets/results';
import type { Difference } from './difference.ts';
import type { RangeEvidence } from './range-evidence.ts';
import { readWindowNumber, windowNumber } from './window-number.ts';

/**
 * Counts the rows of a partition by the windows that they are dated in, without those that were late, and holds the windows of its
 * checkpoint to that. Windows that are published for good are no longer in the checkpoint.
 */
export class WindowTally {
  readonly #file: DeclaredWindows;
  readonly #rows = new Map<number, number>();
  #late = 0;

  constructor(file: DeclaredWindows) {
    this.#file = file;
  }

  add({ rows, late }: Pick<RangeEvidence, 'rows' | 'late'>): void {
    this.#late += late.size;
    for (const { window, offset } of rows)
      if (!late.has(offset)) this.#rows.set(window, (this.#rows.get(window) ?? 0) + 1);
  }

  /** How many rows were added that are dated in a window and were not late, by `windowNumber`. */
  get rows(): ReadonlyMap<number, number> {
    return this.#rows;
  }

  compare(partition: number, { windows: state }: QueryState): readonly Difference[] {
    if (state === undefined) return [];
    const file = this.#file;
    const pruned = state.prunedUntil === null ? -Infinity : Date.parse(state.prunedUntil);
    const expected = new Map(
      Object.entries(state.windows).flatMap(([start, counts]) =>
        counts.map((count, kind) => [windowNumber(file, Date.parse(start), kind), count] as const),
      ),
    );
    const isKept = (number: number): boolean => readWindowNumber(file, number).start + file.unitMs > pruned;
    const numbers = new Set([...expected.keys(), ...[...this.#rows.keys()].filter(isKept)]);
    const wrong = [...numbers].flatMap((number) => {
      const [count, rows] = [expected.get(number) ?? 0, this.#rows.get(number) ?? 0];
      const { start, kind } = readWindowNumber(file, number);
      return count === rows ? [] : [`${windowName(start)} ${file.values[kind]} ${count} instead of ${rows}`];
    });
    if (this.#late !== state.late) wrong.push(`${state.late} late ones instead of ${this.#late}`);
    if (wrong.length === 0) return [];
    const shown = wrong.slice(0, 5).join(', ');
    const message = `the windows in the checkpoint of partition ${partition} do not count the rows in its files: ${shown}`;
    return [{ code: 'counts_differ', partition, message }];
  }
}
