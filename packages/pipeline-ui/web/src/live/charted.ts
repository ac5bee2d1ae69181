import type { History, Point } from '../../../src/api/index.ts';

/** What the charts show: columns of equal length, oldest first. `null` where nothing is known, so that no line is drawn. */
export interface Charted {
  readonly at: readonly number[];
  readonly inputRowsPerSecond: readonly (number | null)[];
  readonly processedRowsPerSecond: readonly (number | null)[];
  readonly batchDurationMs: readonly (number | null)[];
  readonly lag: readonly (number | null)[];
}

/** A point of a chart; without values it interrupts the lines. */
type ChartedPoint = { readonly [Column in keyof Charted]: Charted[Column][number] };

const KEPT_POINTS = 15 * 60;

export const NOTHING_CHARTED: Charted = fromPoints([]);

/** Adds the latest second; one that is not later than the last is known already. */
export function addPoint(charted: Charted, point: Point): Charted {
  const last = charted.at.at(-1);
  if (last !== undefined && point.at <= last) return charted;
  return fromPoints([...toPoints(charted), point].slice(-KEPT_POINTS));
}

/**
 * Joins what this page has seen and what a consumer remembers. A consumer that was started again, or another one that answers
 * in its place, remembers only its own run: what was seen before that stays, and the time between is a gap.
 */
export function joinHistory(seen: Charted, remembered: History): Charted {
  const [first, last] = [remembered.at[0], remembered.at.at(-1)];
  if (first === undefined || last === undefined) return seen;
  const points = toPoints(seen);
  const before = points.filter(({ at }) => at < first);
  const since = points.filter(({ at }) => at > last);
  const end = before.at(-1)?.at;
  const gap = end === undefined || first - end <= 1 ? [] : [nothingAt(end + 1)];
  return fromPoints([...before, ...gap, ...toPoints(remembered), ...since].slice(-KEPT_POINTS));
}

function nothingAt(at: number): ChartedPoint {
  return {
    at,
    inputRowsPerSecond: null,
    processedRowsPerSecond: null,
    batchDurationMs: null,
    lag: null,
  };
}

function toPoints(charted: Charted): readonly ChartedPoint[] {
  return charted.at.map((at, index) => ({
    at,
    inputRowsPerSecond: charted.inputRowsPerSecond[index] ?? null,
    processedRowsPerSecond: charted.processedRowsPerSecond[index] ?? null,
    batchDurationMs: charted.batchDurationMs[index] ?? null,
    lag: charted.lag[index] ?? null,
  }));
}

function fromPoints(points: readonly ChartedPoint[]): Charted {
  return {
    at: points.map(({ at }) => at),
    inputRowsPerSecond: points.map((point) => point.inputRowsPerSecond),
    processedRowsPerSecond: points.map((point) => point.processedRowsPerSecond),
    batchDurationMs: points.map((point) => point.batchDurationMs),
    lag: points.map(({ lag }) => lag),
  };
}
