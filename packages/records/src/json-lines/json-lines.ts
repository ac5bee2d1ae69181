import { ByteBuffer } from '../bytes/byte-buffer.ts';
import { padded, type Padded } from '../bytes/padded.ts';
import { OneOfColumn } from '../columns/one-of-column.ts';
import type { RecordColumns } from '../columns/record-columns.ts';
import type { Derived } from '../declaration/query.ts';
import { createValueWriter, type ValueWriter } from './value-writer.ts';

const LINE_END = padded('}\n');
const CLOSE = 1; // the brace that ends a record

interface Member {
  /** The comma before it, and its name. */
  readonly before: Padded;
  readonly write: ValueWriter;
}

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
  readonly #members: readonly Member[];
  readonly #added: readonly ValueWriter[];
  readonly #place: Padded;

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
    this.#members = columns.columns.map((column, index) => ({
      before: padded(`${index === 0 ? '{' : ','}"${column.name}":`),
      write: createValueWriter(column),
    }));
    const { extra } = columns;
    const extraWriter = extra === undefined ? [] : [withName(extra.name, createValueWriter(extra))];
    this.#added = [...extraWriter, ...derived.map((each) => derivedWriter(each, columns))];
    this.#place = padded(`,"kafka_partition":${partition},"kafka_offset":`);
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
    else this.#writeMembers(row);
    for (const write of this.#added) write(lines, row);
    lines.appendPart(this.#place.view, 0, this.#place.size);
    if (typeof offset === 'number') lines.appendDecimal(offset);
    else lines.append(Buffer.from(String(offset)));
    lines.appendPart(LINE_END.view, 0, LINE_END.size);
  }

  #writeMembers(row: number): void {
    for (const { before, write } of this.#members) {
      this.#lines.appendPart(before.view, 0, before.size);
      write(this.#lines, row);
    }
  }
}

function withName(name: string, write: ValueWriter): ValueWriter {
  const before = padded(`,"${name}":`);
  return (out, row) => {
    out.appendPart(before.view, 0, before.size);
    write(out, row);
  };
}

/** A derived column has one value for each of its source. */
function derivedWriter({ name, from, values }: Derived, { columns }: RecordColumns): ValueWriter {
  const source = columns.find((column) => column.name === from);
  if (!(source instanceof OneOfColumn)) throw new TypeError(`${name}: ${from} is no column of a closed set`);
  const { present } = source;
  const members = values.map((value) => padded(`,"${name}":${JSON.stringify(value)}`));
  const none = padded(`,"${name}":null`);
  return (out, row) => {
    const isThere = present === undefined || present[row] === 1;
    const member = isThere ? (members[source.values[row] ?? 0] ?? none) : none;
    out.appendPart(member.view, 0, member.size);
  };
}
