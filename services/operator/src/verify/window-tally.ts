import { windowName, type QueryState } from '@client-tickets/records';
import type { DeclaredWindows } from '@client-tickets/results';
import type { Difference } from './difference.ts';
import type { RangeEvidence } from './range-evidence.ts';

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

  compare(partition: number, { windows: state }: QueryState): readonly Difference[] {
    if (state === undefined) return [];
    const { values, unitMs } = this.#file;
    const pruned = state.prunedUntil === null ? -Infinity : Date.parse(state.prunedUntil);
    const expected = new Map(
      Object.entries(state.windows).flatMap(([start, counts]) => {
        const first = (Date.parse(start) / unitMs) * values.length;
        return counts.map((count, kind) => [first + kind, count] as const);
      }),
    );
    const endOf = (window: number): number => (Math.floor(window / values.length) + 1) * unitMs;
    const keys = new Set([
      ...expected.keys(),
      ...[...this.#rows.keys()].filter((key) => endOf(key) > pruned),
    ]);
    const wrong = [...keys].flatMap((key) => {
      const [count, rows] = [expected.get(key) ?? 0, this.#rows.get(key) ?? 0];
      const name = `${windowName(endOf(key) - unitMs)} ${values[key % values.length]}`;
      return count === rows ? [] : [`${name} ${count} instead of ${rows}`];
    });
    if (this.#late !== state.late) wrong.push(`${state.late} late ones instead of ${this.#late}`);
    if (wrong.length === 0) return [];
    const shown = wrong.slice(0, 5).join(', ');
    const message = `the windows in the checkpoint of partition ${partition} do not count the rows in its files: ${shown}`;
    return [{ code: 'counts_differ', partition, message }];
  }
}
