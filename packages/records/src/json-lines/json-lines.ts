import { ByteBuffer } from '../bytes/byte-buffer.ts';
import { padded } from '../bytes/padded.ts';
import { OneOfColumn } from '../columns/one-of-column.ts';
import type { RecordColumns } from '../columns/record-columns.ts';
import type { Derived } from '../declaration/query.ts';
import { choiceWriter, createValueWriter, type ValueWriter } from './value-writer.ts';

const CLOSE = 1; // the brace that ends a record
const [BRACE, NEW_LINE] = [0x7d, 0x0a];

/**
 * Rows as JSON lines: as they came, where they came as a JSON line has them; else written from the columns. Readers can't tell.
 *
 * Times are texts, `2026-11-22T09:30:00.000Z`, which DuckDB reads as timestamps; pyarrow leaves them texts. JSON's numbers have no
 * width: readers take integers for 64 bits. A `kafka_offset` above 2^53 is written with all its digits, which JavaScript's own
 * parser would round.
 */
export class JsonLines {
  #lines: ByteBuffer;
  readonly #columns: RecordColumns;
  readonly #members: readonly ValueWriter[];
  /** What a row has that its message has not, up to its offset. */
  readonly #added: readonly ValueWriter[];

  /** `memory`: where the lines are written while it has room. */
  constructor(options: {
    readonly columns: RecordColumns;
    readonly derived: readonly Derived[];
    readonly partition: number;
    readonly memory: Buffer;
  }) {
    const { columns, derived, partition, memory } = options;
    this.#lines = new ByteBuffer(memory);
    this.#columns = columns;
    this.#members = columns.columns.map((column, index) =>
      createValueWriter(column, `${index === 0 ? '{' : ','}"${column.name}":`),
    );
    const { extra } = columns;
    const place = `,"kafka_partition":${partition},"kafka_offset":`;
    this.#added = [
      ...(extra === undefined ? [] : [createValueWriter(extra, `,"${extra.name}":`)]),
      ...derived.map((each, index) =>
        derivedWriter(each, columns, index === derived.length - 1 ? place : ''),
      ),
      ...(derived.length === 0 ? [choiceWriter([], [padded(place)])] : []),
    ];
  }

  get length(): number {
    return this.#lines.length;
  }

  get bytes(): Uint8Array {
    return this.#lines.bytes;
  }

  /** Where the lines lie; not the memory that they began in when that was too small. */
  get memory(): Buffer {
    return this.#lines.memory;
  }

  /** Leaves the lines so far, and their memory, to the caller, who has taken `bytes`; what follows is written to `memory`. */
  continueIn(memory: Buffer): void {
    this.#lines = new ByteBuffer(memory);
  }

  /** Adds the row that the columns got last, which came as `source[start, end)`. */
  addLast(source: DataView, start: number, end: number, offset: number | bigint): void {
    const lines = this.#lines;
    const row = this.#columns.length - 1;
    if (this.#columns.isPlain) lines.appendPart(source, start, end - CLOSE);
    else for (const write of this.#members) write(lines, row);
    for (const write of this.#added) write(lines, row);
    if (typeof offset === 'number') lines.appendDecimal(offset);
    else lines.append(Buffer.from(String(offset)));
    lines.push(BRACE);
    lines.push(NEW_LINE);
  }
}

/** A derived column has one value for each of its source. `after` is what follows it in each row. */
function derivedWriter(
  { name, from, values }: Derived,
  { columns }: RecordColumns,
  after: string,
): ValueWriter {
  const source = columns.find((column) => column.name === from);
  if (!(source instanceof OneOfColumn)) throw new TypeError(`${name}: ${from} is no column of a closed set`);
  const { present } = source;
  const write = choiceWriter(
    source.values,
    values.map((value) => padded(`,"${name}":${JSON.stringify(value)}${after}`)),
  );
  if (present === undefined) return write;
  const none = padded(`,"${name}":null${after}`);
  return (out, row) => {
    if (present[row] === 1) write(out, row);
    else out.appendPadded(none);
  };
}
