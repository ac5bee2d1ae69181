import { PRIORITIES, SUPPORT_TEAMS, TICKET_TYPES } from '@client-tickets/tickets';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { clientName, CLIENTS, type TicketColumns } from './ticket-columns.ts';
import { writeColumnChunk, type EncodedColumn } from './parquet/column-chunk.ts';
import { deltaPage, deltaTextPage, indexPage, plainPage } from './parquet/pages.ts';

/**
 * The tickets of a batch as one Parquet file of one row group. All columns are required:
 *
 * | column | type |
 * |---|---|
 * | `ticket_id` `client_id` `request` `type` `priority` `support_team` | string (UTF-8) |
 * | `created_at` | timestamp, milliseconds, UTC |
 * | `kafka_partition` | 32-bit integer |
 * | `kafka_offset` | 64-bit integer |
 *
 * Columns are encoded here, from what is known of them: few values become dictionaries, numbers and ids that grow steadily
 * become differences. The library writes the footer. (Its own encoders take values one by one and find out again what
 * kind they are, which took a fifth of the consumer's time.)
 *
 * **The same rows give the same bytes on every machine**, because a batch may be written twice, by different consumers.
 * Hence Snappy, and the library's own: it is JavaScript and pinned. Gzip and zstd would come from Node's zlib, whose
 * output changes with the version of Node. Other bytes are another version of the handler; a test pins them.
 */
export function encodeTicketsAsParquet(
  columns: TicketColumns,
  batch: { readonly partition: number; readonly startOffset: bigint },
): Uint8Array {
  const { length } = columns;
  const sink = new ByteWriter(length * 16 + 4096);
  const file = new ParquetWriter({
    writer: sink,
    schema: SCHEMA,
    codec: 'SNAPPY',
    createdBy: 'client-tickets',
  });
  const start = sink.offset;
  const chunks = encodeColumns(columns, batch).map((column) =>
    writeColumnChunk(sink, column, length, file.compressors.SNAPPY),
  );
  const size = (pick: 'total_uncompressed_size' | 'total_compressed_size'): bigint =>
    chunks.reduce((sum, { meta_data }) => sum + (meta_data?.[pick] ?? 0n), 0n);
  file.num_rows = BigInt(length);
  file.row_groups.push({
    columns: chunks,
    total_byte_size: size('total_uncompressed_size'),
    num_rows: BigInt(length),
    file_offset: BigInt(start),
    total_compressed_size: size('total_compressed_size'),
  });
  void file.finish(); // done when it returns: this sink is never waited for
  return sink.getBytes();
}

export const PARQUET_TYPE = 'application/vnd.apache.parquet';

function encodeColumns(
  columns: TicketColumns,
  { partition, startOffset }: { readonly partition: number; readonly startOffset: bigint },
): readonly EncodedColumn[] {
  const { length, createdAt, offsets, types, priorities } = columns;
  const clients = renumber(columns.clients, length, CLIENTS);
  const kinds = renumber(types, length, TICKET_TYPES.length);
  const typeNames = kinds.entries.map((type) => TICKET_TYPES[type] ?? '');
  const levels = renumber(priorities, length, PRIORITIES.length);
  const times = rangeOf(createdAt, length);
  const places = rangeOf(offsets, length);
  return [
    ticketIds(columns),
    dictionaryOf('client_id', clients.indexes, length, clients.entries.map(clientName)),
    {
      name: 'created_at',
      type: 'INT64',
      encoding: 'DELTA_BINARY_PACKED',
      page: deltaPage(createdAt, length),
      compressible: false,
      statistics: { min_value: BigInt(times.least), max_value: BigInt(times.most), null_count: 0n },
    },
    requests(columns),
    dictionaryOf('type', kinds.indexes, length, typeNames),
    dictionaryOf(
      'priority',
      levels.indexes,
      length,
      levels.entries.map((level) => PRIORITIES[level] ?? ''),
    ),
    dictionaryOf(
      'support_team',
      kinds.indexes,
      length,
      kinds.entries.map((type) => teamOf(type)),
    ),
    {
      name: 'kafka_partition',
      type: 'INT32',
      encoding: 'RLE_DICTIONARY',
      page: indexPage([], length, 1),
      compressible: false,
      dictionary: { page: new Uint8Array(Int32Array.of(partition).buffer), entries: 1 },
      statistics: { min_value: partition, max_value: partition, null_count: 0n },
    },
    {
      name: 'kafka_offset',
      type: 'INT64',
      encoding: 'DELTA_BINARY_PACKED',
      page: deltaPage(offsets, length, startOffset),
      compressible: false,
      statistics: {
        min_value: startOffset + BigInt(places.least),
        max_value: startOffset + BigInt(places.most),
        null_count: 0n,
      },
    },
  ];
}

function ticketIds({ ticketIds, ticketIdEnds, length }: TicketColumns): EncodedColumn {
  return {
    name: 'ticket_id',
    type: 'BYTE_ARRAY',
    encoding: 'DELTA_BYTE_ARRAY',
    page: deltaTextPage(ticketIds.bytes, ticketIdEnds, length),
    compressible: true,
    statistics: rangeOfTexts(leastAndMost(ticketIds.bytes, ticketIdEnds, length)),
  };
}

function leastAndMost(bytes: Uint8Array, ends: Int32Array, length: number): readonly Uint8Array[] {
  const idOf = (row: number): Uint8Array => bytes.subarray(row === 0 ? 0 : ends[row - 1], ends[row]);
  let least = 0;
  let most = 0;
  for (let row = 1; row < length; row += 1) {
    if (compareTexts(bytes, ends, row, most) > 0) most = row;
    else if (compareTexts(bytes, ends, row, least) < 0) least = row;
  }
  return [idOf(least), idOf(most)];
}

function compareTexts(bytes: Uint8Array, ends: Int32Array, row: number, other: number): number {
  const end = ends[row] ?? 0;
  const otherEnd = ends[other] ?? 0;
  let at = row === 0 ? 0 : (ends[row - 1] ?? 0);
  let otherAt = other === 0 ? 0 : (ends[other - 1] ?? 0);
  while (at < end && otherAt < otherEnd) {
    const difference = (bytes[at++] ?? 0) - (bytes[otherAt++] ?? 0);
    if (difference !== 0) return difference;
  }
  return end - at - (otherEnd - otherAt);
}

/** A dictionary if that at least halves them; else as they are. */
function requests({ requests, requestTexts, length }: TicketColumns): EncodedColumn {
  const { entries } = requestTexts;
  let plain = 0;
  for (let row = 0; row < length; row += 1) plain += 4 + (entries[requests[row] ?? 0]?.length ?? 0);
  const distinct = entries.reduce((sum, entry) => sum + 4 + entry.length, 0);
  const packed = (length * Math.log2(Math.max(2, entries.length))) / 8;
  const about = { name: 'request', type: 'BYTE_ARRAY', statistics: rangeOfTexts(entries) } as const;
  if (2 * (distinct + packed) <= plain) {
    return {
      ...about,
      encoding: 'RLE_DICTIONARY',
      page: indexPage(requests, length, entries.length),
      compressible: false,
      dictionary: { page: plainPage(entries), entries: entries.length },
    };
  }
  const all = Array.from({ length }, (_, row) => entries[requests[row] ?? 0] ?? new Uint8Array());
  return { ...about, encoding: 'PLAIN', page: plainPage(all), compressible: true };
}

function dictionaryOf(
  name: string,
  indexes: ArrayLike<number>,
  length: number,
  texts: readonly string[],
): EncodedColumn {
  const entries = texts.map((text) => Buffer.from(text));
  return {
    name,
    type: 'BYTE_ARRAY',
    encoding: 'RLE_DICTIONARY',
    page: indexPage(indexes, length, entries.length),
    compressible: false,
    dictionary: { page: plainPage(entries), entries: entries.length },
    statistics: rangeOfTexts(entries),
  };
}

/** Numbers a column's values, which lie below `kinds`, as they first come: its dictionary holds only what is there. */
function renumber(
  values: Uint8Array | Uint16Array,
  length: number,
  kinds: number,
): { readonly indexes: Uint16Array; readonly entries: readonly number[] } {
  const indexes = new Uint16Array(length);
  const numbers = new Int32Array(kinds).fill(-1);
  const entries: number[] = [];
  for (let row = 0; row < length; row += 1) {
    const value = values[row] ?? 0;
    if ((numbers[value] ?? -1) < 0) numbers[value] = entries.push(value) - 1;
    indexes[row] = numbers[value] ?? 0;
  }
  return { indexes, entries };
}

function teamOf(typeIndex: number): string {
  const type = TICKET_TYPES[typeIndex];
  return type === undefined ? '' : SUPPORT_TEAMS[type];
}

function rangeOf(values: Float64Array, length: number): { readonly least: number; readonly most: number } {
  let least = Infinity;
  let most = -Infinity;
  for (let row = 0; row < length; row += 1) {
    const value = values[row] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

function rangeOfTexts(texts: readonly Uint8Array[]): EncodedColumn['statistics'] {
  const sorted = [...texts].sort((a, b) => Buffer.compare(a, b));
  const show = (text: Uint8Array | undefined): string => Buffer.from(text ?? []).toString();
  return { min_value: show(sorted[0]), max_value: show(sorted.at(-1)), null_count: 0n };
}

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
