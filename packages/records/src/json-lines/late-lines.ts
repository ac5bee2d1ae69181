import { ByteBuffer, type Padded } from '../bytes/byte-buffer.ts';
import { padded } from '../bytes/padded.ts';
import type { RecordColumns } from '../columns/record-columns.ts';
import { TimestampColumn } from '../columns/timestamp-column.ts';
import type { LateRow } from '../counting/window-fold.ts';
import { windowEnd, windowName } from '../counting/window-state.ts';
import type { WindowsFile } from '../declaration/query.ts';
import { createTimestampWriter } from './timestamp-writer.ts';

const FIRST_BYTES = 16 * 1024;
/** How many windows' texts are kept at hand. */
const MOST_WINDOWS = 100;

/**
 * Rows that came after their window was closed, as JSON lines, each with the watermark that had closed it: which rows are in no
 * window, and why. A topic that several producers fill may have as many of them as not.
 */
export class LateLines {
  #count = 0;
  #lines: ByteBuffer | undefined;
  readonly #unitMs: number;
  readonly #place: Padded;
  readonly #writeTime: (out: ByteBuffer, row: number) => void;
  /** By their start, in milliseconds since the epoch. */
  readonly #windows = new Map<number, Padded>();
  #watermark = Number.NaN;
  #end = padded('');

  /** Throws a `TypeError` where the columns have no times of the windows. */
  constructor(
    { name, time, unitMs }: WindowsFile,
    { columns, partition }: { readonly columns: RecordColumns; readonly partition: number },
  ) {
    const times = columns.columns.find((column) => column.name === time);
    if (!(times instanceof TimestampColumn)) throw new TypeError(`${name}: ${time} is no column of times`);
    this.#unitMs = unitMs;
    this.#place = padded(`{"kafka_partition":${partition},"kafka_offset":`);
    this.#writeTime = createTimestampWriter(times, `,"${time}":`);
  }

  add({ row, windowStart, watermark }: LateRow, offset: bigint): void {
    const lines = (this.#lines ??= new ByteBuffer(FIRST_BYTES));
    lines.appendPadded(this.#place);
    if (offset <= Number.MAX_SAFE_INTEGER) lines.appendDecimal(Number(offset));
    else lines.append(Buffer.from(String(offset)));
    this.#writeTime(lines, row);
    lines.appendPadded(this.#windows.get(windowStart) ?? this.#remember(windowStart));
    if (watermark !== this.#watermark) {
      this.#watermark = watermark;
      this.#end = padded(`,"watermark":"${new Date(watermark).toISOString()}"}\n`);
    }
    lines.appendPadded(this.#end);
    this.#count += 1;
  }

  /** The lines since this was asked last, and how many they are. */
  take(): { readonly count: number; readonly bytes: Uint8Array } {
    const taken = { count: this.#count, bytes: this.#lines?.bytes ?? new Uint8Array() };
    this.#count = 0;
    this.#lines = undefined;
    return taken;
  }

  #remember(start: number): Padded {
    if (this.#windows.size >= MOST_WINDOWS) this.#windows.clear();
    const end = windowEnd(start, this.#unitMs);
    const text = padded(`,"window_start":"${windowName(start)}","window_end":"${windowName(end)}"`);
    this.#windows.set(start, text);
    return text;
  }
}
