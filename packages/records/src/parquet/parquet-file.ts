import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
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
 * consumers. Hence Snappy, and the library's own: it is JavaScript and pinned. Gzip and zstd would come from Node's zlib, whose
 * output changes with the version of Node. Other bytes are another number of `ENCODERS`; a test pins them.
 */
export class ParquetFile {
  readonly #query: Query;
  readonly #partition: number;
  readonly #sink: ByteWriter;
  readonly #file: ParquetWriter;

  constructor(
    query: Query,
    options: { readonly partition: number; readonly hasExtra: boolean; readonly sizeHint?: number },
  ) {
    this.#query = query;
    this.#partition = options.partition;
    this.#sink = new ByteWriter(options.sizeHint ?? 4096);
    this.#file = new ParquetWriter({
      writer: this.#sink,
      schema: parquetSchema(query, options.hasExtra),
      codec: 'SNAPPY',
      createdBy: 'client-tickets',
    });
  }

  /** Bytes so far, without the footer. */
  get size(): number {
    return this.#sink.offset;
  }

  addRowGroup(columns: RecordColumns, places: RowPlaces): void {
    const rows = columns.length;
    const file = this.#file;
    const sink = this.#sink;
    const start = sink.offset;
    const chunks = this.#encode(columns, places).map((column) =>
      writeColumnChunk(sink, column, rows, file.compressors.SNAPPY),
    );
    const size = (pick: 'total_uncompressed_size' | 'total_compressed_size'): bigint =>
      chunks.reduce((sum, { meta_data }) => sum + (meta_data?.[pick] ?? 0n), 0n);
    file.num_rows += BigInt(rows);
    file.row_groups.push({
      columns: chunks,
      total_byte_size: size('total_uncompressed_size'),
      num_rows: BigInt(rows),
      file_offset: BigInt(start),
      total_compressed_size: size('total_compressed_size'),
    });
  }

  /** The whole file. */
  finish(): Uint8Array {
    void this.#file.finish(); // done when it returns: this sink is never waited for
    return this.#sink.getBytes();
  }

  #encode(columns: RecordColumns, { offsets, baseOffset }: RowPlaces): readonly EncodedColumn[] {
    const { length: rows, extra } = columns;
    return [
      ...columns.columns.map((column) => encodeColumn(column, rows)),
      ...(extra === undefined ? [] : [encodeText(extra, rows)]),
      ...this.#query.derived.map((each) => {
        const source = columns.columns.find(({ name }) => name === each.from);
        if (source instanceof OneOfColumn) return encodeDerived(each, source, rows);
        throw new TypeError(`${each.name}: ${each.from} is no column of a closed set`);
      }),
      encodeConstant('kafka_partition', this.#partition, rows),
      encodeIntegers('kafka_offset', { values: offsets, rows, base: baseOffset }),
    ];
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
