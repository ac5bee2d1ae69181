import type { BatchHandler, HandledBatch, MicroBatch, ResultFile } from '@client-tickets/micro-batch';
import {
  BufferPool,
  createRecordParser,
  describeQuery,
  emptyCounts,
  mergeCounts,
  parseCounts,
  RecordReader,
  utc,
  type Counts,
  type Query,
} from '@client-tickets/records';
import { describeOptions, type QueryHandlerOptions } from './handler-options.ts';
import { encodeJsonLines, JSON_LINES_TYPE } from './json-lines.ts';
import { deadLettersKey, partitionPrefixes, RESULT_FORMATS, rowsKey } from './layout/result-keys.ts';
import { readRecords, type ReadingOptions } from './read-records.ts';

/** Counts up when the same records of the same declaration give other bytes or other counts than before. */
const ENCODERS = '5';
/** Two batches of as many partitions as mostly share a consumer: one is stored while the next is handled. */
const SPARE_BYTES = 24 * 1024 * 1024;

/**
 * Turns a batch of records into result files and counts:
 *
 * - a file of rows in each of `formats`, if there are rows;
 * - a file of dead letters: a line for each record that is none of the declared kind, if there is one.
 *
 * A batch without rows writes no empty file: readers can't tell its columns. What keeps one checkpoint from being used by another
 * query follows from the declaration by itself. Throws a `RangeError` when `formats` is empty.
 */
export function createQueryHandler(query: Query, options: QueryHandlerOptions): BatchHandler<Counts> {
  const formats = RESULT_FORMATS.filter((format) => options.formats.includes(format));
  if (formats.length === 0) {
    throw new RangeError(`formats: expected some of ${RESULT_FORMATS.join(', ')}, found none`);
  }
  const { timestampZone: zone = utc, unknownFields = 'drop' } = options;
  const reading: ReadingOptions = {
    query,
    formats,
    reader: new RecordReader(query.record, { zone, keepUnknownFields: unknownFields === 'keep' }),
    parse: createRecordParser(query.record, zone),
    pool: new BufferPool(SPARE_BYTES),
  };
  return {
    version: ENCODERS,
    settings: { ...describeOptions(options), ...describeQuery(query) },
    initialState: emptyCounts(query),
    parseState: (value) => parseCounts(query, value),
    fileKeys: (range) => [
      ...formats.map((format) => rowsKey(query.table, format, range)),
      deadLettersKey(range),
    ],
    partitionPrefixes: (partition) => partitionPrefixes(query.table, partition),
    handle: (batch, state) => handle(batch, state, reading),
  };
}

async function handle(
  batch: MicroBatch,
  state: Counts,
  reading: ReadingOptions,
): Promise<HandledBatch<Counts>> {
  const { rows, deadLetters, problems, unknownFields } = await readRecords(batch, reading);
  const files: ResultFile[] = rows.finish().map(({ format, ...body }) => ({
    key: rowsKey(reading.query.table, format, batch),
    ...body,
  }));
  if (deadLetters.length > 0) {
    const body = encodeJsonLines(deadLetters.map((deadLetter) => JSON.stringify(deadLetter)));
    files.push({ key: deadLettersKey(batch), body, contentType: JSON_LINES_TYPE });
  }
  return {
    files,
    state: mergeCounts(state, rows.counts),
    rows: rows.length,
    deadLetters: deadLetters.length,
    release: () => rows.release(),
    observations: {
      ...rows.counts,
      dead_letter_count_by_problem: problems,
      unknown_field_count_by_name: unknownFields.counts,
    },
  };
}
