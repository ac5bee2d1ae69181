import type { ColumnChunk, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { ByteBuffer } from '../bytes/byte-buffer.ts';
import { BooleanColumn } from '../columns/boolean-column.ts';
import type { Column } from '../columns/column.ts';
import { IntegerColumn } from '../columns/integer-column.ts';
import { NumberColumn } from '../columns/number-column.ts';
import { OneOfColumn } from '../columns/one-of-column.ts';
import type { RecordColumns } from '../columns/record-columns.ts';
import { TextColumn } from '../columns/text-column.ts';
import { TimestampColumn } from '../columns/timestamp-column.ts';
import type { Query } from '../declaration/query.ts';
import { writeColumnChunk, type EncodedColumn } from './column-chunk.ts';
import {
  encodeBoolean,
  encodeConstant,
  encodeInteger,
  encodeIntegers,
  encodeNumber,
  encodeTimestamp,
} from './encode-numbers.ts';
import { encodeDerived, encodeOneOf } from './encode-one-of.ts';
import { encodeText } from './encode-text.ts';
import { parquetSchema } from './parquet-schema.ts';

/** A Parquet file begins and ends with it. */
const MAGIC = Buffer.from('PAR1');

/** Where the rows of a row group came from. */
export interface RowPlaces {
  /** Of each row, counted from `baseOffset`. */
  readonly offsets: Float64Array;
  readonly baseOffset: bigint;
}

/**
 * A Parquet file that is written one row group after the other.
 *
 * Columns are encoded here, from what is known of them: values that come again become dictionaries, numbers and ids that grow
 * steadily become differences. The library writes the footer. (Its own encoders take values one by one and find out again what
 * kind they are, which took a fifth of the consumer's time.)
 *
 * **The same rows in the same row groups give the same bytes on every machine**, because a file may be written twice, by different
 * consumers. Hence Snappy, written here. Gzip and zstd would come from Node's zlib, whose output changes with the version of Node.
 * Other bytes are another number of `ENCODERS`; a test pins them.
 */
export class ParquetFile {
  readonly #query: Query;
  readonly #partition: number;
  readonly #schema: SchemaElement[];
  readonly #rowGroups: RowGroup[] = [];
  #rows = 0;
  #out: ByteBuffer;
  /** Bytes that lie in memory which was taken. */
  #taken = 0;

  constructor(
    query: Query,
    options: {
      readonly partition: number;
      readonly hasExtra: boolean;
      /** Where the file is written while it has room; or for how many bytes. */
      readonly memory?: number | Buffer;
    },
  ) {
    this.#query = query;
    this.#partition = options.partition;
    this.#schema = parquetSchema(query, options.hasExtra);
    this.#out = new ByteBuffer(options.memory ?? 4096);
    this.#out.append(MAGIC);
  }

  /** Bytes so far, without the footer. */
  get size(): number {
    return this.#taken + this.#out.length;
  }

  /** What was written since `continueIn`. A view, until more is written. */
  get bytes(): Uint8Array {
    return this.#out.bytes;
  }

  /** Where `bytes` lie. */
  get memory(): Buffer {
    return this.#out.memory;
  }

  /** Leaves what was written so far, and its memory, to the caller, who has taken `bytes`; what follows is written to `memory`. */
  continueIn(memory: number | Buffer): void {
    this.#taken += this.#out.length;
    this.#out = new ByteBuffer(memory);
  }

  addRowGroup(columns: RecordColumns, places: RowPlaces): void {
    const rows = columns.length;
    const start = this.size;
    const chunks: ColumnChunk[] = [];
    for (const column of this.#encode(columns, places)) {
      chunks.push(writeColumnChunk(this.#out, this.#taken, column, rows));
    }
    const size = (pick: 'total_uncompressed_size' | 'total_compressed_size'): bigint =>
      chunks.reduce((sum, { meta_data }) => sum + (meta_data?.[pick] ?? 0n), 0n);
    this.#rows += rows;
    this.#rowGroups.push({
      columns: chunks,
      total_byte_size: size('total_uncompressed_size'),
      num_rows: BigInt(rows),
      file_offset: BigInt(start),
      total_compressed_size: size('total_compressed_size'),
    });
  }

  /** Ends the file. The whole of it, or what was written since `continueIn`. */
  finish(): Uint8Array {
    const footer = new ByteWriter();
    const file = new ParquetWriter({
      writer: footer,
      schema: this.#schema,
      codec: 'SNAPPY',
      createdBy: 'client-tickets',
    });
    file.num_rows = BigInt(this.#rows);
    file.row_groups = this.#rowGroups;
    void file.finish(); // done when it returns: this sink is never waited for
    this.#out.append(footer.getBytes().subarray(MAGIC.length)); // the file has begun already
    return this.#out.bytes;
  }

  /** One after the other: what one is made of is garbage when the next is. */
  *#encode(columns: RecordColumns, { offsets, baseOffset }: RowPlaces): Generator<EncodedColumn> {
    const { length: rows, extra } = columns;
    for (const column of columns.columns) yield encodeColumn(column, rows);
    if (extra !== undefined) yield encodeText(extra, rows);
    for (const each of this.#query.derived) {
      const source = columns.columns.find(({ name }) => name === each.from);
      if (!(source instanceof OneOfColumn))
        throw new TypeError(`${each.name}: ${each.from} is no column of a closed set`);
      yield encodeDerived(each, source, rows);
    }
    yield encodeConstant('kafka_partition', this.#partition, rows);
    yield encodeIntegers('kafka_offset', { values: offsets, rows, base: baseOffset });
  }
}

function encodeColumn(column: Column, rows: number): EncodedColumn {
  if (column instanceof TextColumn) return encodeText(column, rows);
  if (column instanceof OneOfColumn) return encodeOneOf(column, rows);
  if (column instanceof TimestampColumn) return encodeTimestamp(column, rows);
  if (column instanceof IntegerColumn) return encodeInteger(column, rows);
  if (column instanceof NumberColumn) return encodeNumber(column, rows);
  if (column instanceof BooleanColumn) return encodeBoolean(column, rows);
  throw new TypeError(`${column.name}: no Parquet encoding for its kind`);
}
