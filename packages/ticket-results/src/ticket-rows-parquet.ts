import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';
import type { TicketRow } from './ticket-row.ts';

/**
 * The rows as one Parquet file. All columns are required:
 *
 * | column | type |
 * |---|---|
 * | `ticket_id` `client_id` `request` `type` `priority` `support_team` | string (UTF-8) |
 * | `created_at` | timestamp, milliseconds, UTC |
 * | `kafka_partition` | 32-bit integer |
 * | `kafka_offset` | 64-bit integer |
 *
 * **The same rows give the same bytes on every machine**, because a batch may be written twice, by different consumers.
 * Hence Snappy, and the writer's own: it is JavaScript and pinned. Gzip and zstd would come from Node's zlib, whose
 * output changes with the version of Node. A writer that gives other bytes is another version of the handler; a test
 * pins the bytes.
 */
export function encodeRowsAsParquet(rows: readonly TicketRow[]): Uint8Array {
  const buffer = parquetWriteBuffer({
    schema: SCHEMA,
    // Columns with few values become dictionaries by themselves, where that at least halves them. These grow steadily:
    columnData: [
      { name: 'ticket_id', data: rows.map((row) => row.ticket_id), encoding: 'DELTA_BYTE_ARRAY' },
      { name: 'client_id', data: rows.map((row) => row.client_id) },
      {
        name: 'created_at',
        data: BigInt64Array.from(rows, (row) => BigInt(Date.parse(row.created_at))),
        encoding: 'DELTA_BINARY_PACKED',
      },
      { name: 'request', data: rows.map((row) => row.request) },
      { name: 'type', data: rows.map((row) => row.type) },
      { name: 'priority', data: rows.map((row) => row.priority) },
      { name: 'support_team', data: rows.map((row) => row.support_team) },
      { name: 'kafka_partition', data: Int32Array.from(rows, (row) => row.kafka_partition) },
      {
        name: 'kafka_offset',
        data: BigInt64Array.from(rows, (row) => row.kafka_offset),
        encoding: 'DELTA_BINARY_PACKED',
      },
    ],
    codec: 'SNAPPY',
    rowGroupSize: 100_000,
    createdBy: 'client-tickets',
  });
  return new Uint8Array(buffer);
}

export const PARQUET_TYPE = 'application/vnd.apache.parquet';

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: 'REQUIRED',
});

const SCHEMA: SchemaElement[] = [
  { name: 'ticket', num_children: 9 },
  text('ticket_id'),
  text('client_id'),
  {
    name: 'created_at',
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    repetition_type: 'REQUIRED',
  },
  text('request'),
  text('type'),
  text('priority'),
  text('support_team'),
  { name: 'kafka_partition', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'kafka_offset', type: 'INT64', repetition_type: 'REQUIRED' },
];
