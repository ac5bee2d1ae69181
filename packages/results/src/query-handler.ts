import { BufferPool, type BatchHandler } from '@client-tickets/micro-batch';
import {
  createRecordParser,
  describeQuery,
  emptyState,
  parseQueryState,
  RecordReader,
  utc,
  windowStatus,
  type Query,
  type QueryState,
} from '@client-tickets/records';
import { WATERMARK_DELAY_MS, describeOptions, type QueryHandlerOptions } from './handler-options.ts';
import { deadLettersKey, lateKey, partitionPrefixes, RESULT_FORMATS, rowsKey } from './layout/result-keys.ts';
import { openQueryFiles, type QueryFilesOptions } from './query-files.ts';
import { firstWindows, windowAdvance } from './window-advance.ts';
import { RowGroupPool } from './row-group-pool.ts';

/** Counts up when the same records of the same declaration give other bytes or other counts than before. */
const ENCODERS = '8';
/** Two files for each of as many partitions as mostly share a consumer: one is stored while the next one fills. */
const SPARE_GROUPS = 6;
const SPARE_BYTES = 12 * 1024 * 1024;

/**
 * Turns records into result files and counts:
 *
 * - a file of rows in each of `formats`, if there are rows;
 * - a file of dead letters: a line for each record that is none of the declared kind, if there is one;
 * - a file of late ones: a line for each row that came after its window was closed, if there is one.
 *
 * A range without rows has no empty file: readers can't tell its columns. What keeps one checkpoint from being used by another
 * query follows from the declaration by itself. Throws a `RangeError` when `formats` is empty.
 */
export function createQueryHandler(query: Query, options: QueryHandlerOptions): BatchHandler<QueryState> {
  const formats = RESULT_FORMATS.filter((format) => options.formats.includes(format));
  if (formats.length === 0) {
    throw new RangeError(`formats: expected some of ${RESULT_FORMATS.join(', ')}, found none`);
  }
  const {
    timestampZone: zone = utc,
    unknownFields = 'drop',
    watermarkDelayMs: delayMs = WATERMARK_DELAY_MS,
    droppableUntil = () => -Infinity,
  } = options;
  const reader = new RecordReader(query.record, { zone, keepUnknownFields: unknownFields === 'keep' });
  const files: QueryFilesOptions = {
    query,
    formats,
    reader,
    parse: createRecordParser(query.record, zone),
    pool: new BufferPool(SPARE_BYTES),
    groups: new RowGroupPool(reader, SPARE_GROUPS, query.windows !== undefined),
    droppableUntil,
  };
  const { windows } = query;
  const initialState = emptyState(query, delayMs);
  return {
    version: ENCODERS,
    settings: { ...describeOptions(options), ...describeQuery(query) },
    initialState,
    parseState: (value) => parseQueryState(query, value),
    fileKeys: (range) => [
      ...formats.map((format) => rowsKey(query.table, format, range)),
      deadLettersKey(range),
      ...(query.windows === undefined ? [] : [lateKey(query.table, range)]),
    ],
    partitionPrefixes: (partition) => partitionPrefixes(query.table, partition),
    openFiles: (start) => openQueryFiles(start, files),
    ...(windows && {
      firstState: (results) => firstWindows(windows, results, initialState),
      advance: windowAdvance(windows, { delayMs, droppableUntil }),
      eventTimeOf: (state) => state.windows && windowStatus(windows, state.windows),
    }),
  };
}
