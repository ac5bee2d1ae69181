import { parquetWriteBuffer } from 'hyparquet-writer';

/** A column of a small table; none of its values may be missing. */
export type SmallColumn =
  | { readonly name: string; readonly kind: 'text'; readonly values: readonly string[] }
  | { readonly name: string; readonly kind: 'integer'; readonly values: readonly number[] }
  /** Milliseconds since the epoch; a timestamp in microseconds, UTC, as in the files of rows. */
  | { readonly name: string; readonly kind: 'timestamp'; readonly values: readonly number[] };

/**
 * A Parquet file of a few rows, at once. The same values give the same bytes on every machine: nothing is compressed, and the library
 * writes them in their order.
 */
export function encodeSmallTable(columns: readonly SmallColumn[]): Uint8Array {
  const bytes = parquetWriteBuffer({
    codec: 'UNCOMPRESSED',
    statistics: true,
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, kind }) => ({ name, repetition_type: 'REQUIRED' as const, ...TYPES[kind] })),
    ],
    columnData: columns.map((column) => ({
      name: column.name,
      data:
        column.kind === 'text'
          ? [...column.values]
          : column.values.map((value) => toBigInt(column.kind, value)),
    })),
  });
  return new Uint8Array(bytes);
}

const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  integer: { type: 'INT64' },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
} as const;

function toBigInt(kind: 'integer' | 'timestamp', value: number): bigint {
  return kind === 'timestamp' ? BigInt(value) * 1_000n : BigInt(value);
}
