import { OneOfColumn } from '../columns/one-of-column.ts';
import type { RecordColumns } from '../columns/record-columns.ts';
import { TimestampColumn } from '../columns/timestamp-column.ts';
import type { WindowsFile } from '../declaration/query.ts';
import { addWindows, windowName, type WindowState } from './window-state.ts';

/** An event may be so much later than its record's time in the log, in milliseconds. One beyond that does not move the watermark. */
const MOST_AHEAD_MS = 60_000;
/** How many windows of a partition may be open. Beyond that the oldest one closes. */
export const MOST_OPEN_WINDOWS = 1_000;

/** A record whose window was closed when it came. */
export interface LateRow {
  readonly row: number;
  /** Milliseconds since the epoch. */
  readonly windowStart: number;
  readonly watermark: number;
}

/** Of the rows that were added: milliseconds since the epoch. */
export interface EventTimes {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly count: number;
}

/**
 * Counts rows by windows, one after the other in the order of their offsets. For each:
 *
 * 1. If the watermark, **as the rows before it have left it**, has come to the end of its window, it is late. Else its window counts it.
 * 2. If its time is not far ahead of the log's, and so perhaps a mistake, the watermark moves to its time less the delay.
 *
 * So how rows are cut into batches makes no difference: neither to the counts nor to which rows are late.
 */
export class WindowFold {
  readonly #file: WindowsFile;
  readonly #before: WindowState;
  readonly #onLate: (late: LateRow) => void;
  /** Of each value of the field, the place of the one that is counted. */
  readonly #kinds: Int32Array;
  readonly #added = new Map<number, Float64Array>();
  #watermark: number;
  #late = 0;
  #forced = 0;
  #times: EventTimes = { min: Infinity, max: -Infinity, sum: 0, count: 0 };

  constructor(file: WindowsFile, before: WindowState, onLate: (late: LateRow) => void = () => undefined) {
    const { values, source } = file;
    this.#file = file;
    this.#before = before;
    this.#onLate = onLate;
    this.#kinds = Int32Array.from(source.values, (value) => values.indexOf(value));
    this.#watermark = before.watermark === null ? -Infinity : Date.parse(before.watermark);
  }

  /** Adds rows from `from` on. `logTimes`: when the log says each was written, in milliseconds since the epoch. */
  add({ columns, length }: RecordColumns, logTimes: Float64Array, from: number): void {
    const { time, source, unitMs, name } = this.#file;
    const times = columns.find((column) => column.name === time);
    const kinds = columns.find((column) => column.name === source.field);
    if (!(times instanceof TimestampColumn) || !(kinds instanceof OneOfColumn))
      throw new TypeError(`${name}: no column of times, or none of a closed set`);
    const { delayMs } = this.#before;
    const { millis } = times;
    const { values } = kinds;
    const kindOf = this.#kinds;
    let { min, max, sum } = this.#times;
    let watermark = this.#watermark;
    let start = Number.NaN;
    let end = Number.NaN;
    let counts: Float64Array | undefined;
    for (let row = from; row < length; row += 1) {
      const at = millis[row] ?? 0;
      if (!(at >= start && at < end)) {
        start = Math.floor(at / unitMs) * unitMs;
        end = start + unitMs;
        counts = this.#added.get(start);
      }
      if (end <= watermark) {
        this.#late += 1;
        this.#onLate({ row, windowStart: start, watermark });
      } else {
        if (counts === undefined) {
          counts = this.#open(start);
          this.#watermark = watermark;
          watermark = this.#closeOldest();
        }
        const kind = kindOf[values[row] ?? 0] ?? 0;
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      sum += at;
      if (at < min) min = at;
      if (at > max) max = at;
      const behind = at - delayMs;
      if (behind > watermark && at <= (logTimes[row] ?? 0) + MOST_AHEAD_MS) watermark = behind;
    }
    this.#watermark = watermark;
    this.#times = { min, max, sum, count: this.#times.count + length - from };
  }

  /** When the events of the rows were that were added. */
  get eventTimes(): EventTimes {
    return this.#times;
  }

  /** How many windows the rows have closed because too many were open. */
  get forced(): number {
    return this.#forced;
  }

  /** After the rows, in milliseconds since the epoch; `undefined`: there is none yet. */
  get watermark(): number | undefined {
    return this.#watermark === -Infinity ? undefined : this.#watermark;
  }

  /** What the rows add to a state. */
  get added(): Pick<WindowState, 'late' | 'windows'> {
    const windows = [...this.#added]
      .sort(([a], [b]) => a - b)
      .map(([start, counts]) => [windowName(start), [...counts]] as const);
    return { late: this.#late, windows: Object.fromEntries(windows) };
  }

  /** The state after the rows. */
  get state(): WindowState {
    const { delayMs, forced } = this.#before;
    const watermark = this.#watermark === -Infinity ? null : new Date(this.#watermark).toISOString();
    return addWindows(this.#before, this.added, { delayMs, watermark, forced: forced + this.#forced });
  }

  #open(start: number): Float64Array {
    const counts = new Float64Array(this.#file.values.length);
    this.#added.set(start, counts);
    return counts;
  }

  /** Closes the oldest window, if too many are open. Where the watermark is then. */
  #closeOldest(): number {
    const former = Object.keys(this.#before.windows);
    if (former.length + this.#added.size <= MOST_OPEN_WINDOWS) return this.#watermark;
    const { unitMs } = this.#file;
    const starts = new Set([...former.map((name) => Date.parse(name)), ...this.#added.keys()]);
    const open = [...starts].filter((start) => start + unitMs > this.#watermark);
    if (open.length <= MOST_OPEN_WINDOWS) return this.#watermark;
    this.#forced += 1;
    return Math.min(...open) + unitMs;
  }
}
