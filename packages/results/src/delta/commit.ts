import manifest from '../../package.json' with { type: 'json' };
import { rowsPrefix } from '../layout/result-keys.ts';
import type { Action } from './actions.ts';
import { fileStatistics, type TableFile } from './table-file.ts';
import { schemaString, type TableColumn } from './table-schema.ts';

/** Up to where each partition is in the table: all its files of ranges that end there or before. */
export type TableEnds = ReadonlyMap<number, bigint>;

/** The newest version of Delta's rules for writers that is kept here. */
const WRITER_VERSION = 2;

/** A file that is in the table no more; it is there until it is vacuumed. */
export type RemovedFile = Pick<TableFile, 'key' | 'size'>;

/** What a commit changes. With `removed` the rows stay what they are: they lie in other files. */
export interface TableChange {
  readonly files: readonly TableFile[];
  readonly removed?: readonly RemovedFile[];
  /** Of every partition. */
  readonly ends: TableEnds;
  /** In milliseconds since the epoch. */
  readonly at: number;
}

/** A table that is written by this pipeline. */
export interface TableIdentity {
  readonly table: string;
  readonly topic: string;
  readonly columns: readonly TableColumn[];
}

/**
 * The text of a commit: a JSON object a line. Every commit names the end of every partition (`txn`), so that the newest
 * one says all that a writer has to know. `id`: of the table, for its first commit.
 */
export function encodeCommit(
  { table, topic, columns }: TableIdentity,
  { files, removed, ends, at }: TableChange,
  id: string | undefined,
): string {
  const operation =
    removed === undefined
      ? { operation: 'STREAMING UPDATE', operationParameters: { outputMode: 'Append', topic } }
      : { operation: 'OPTIMIZE', operationParameters: {} };
  const dataChange = removed === undefined;
  const about = {
    timestamp: at,
    ...operation,
    isBlindAppend: dataChange,
    engineInfo: `client-tickets/${manifest.version}`,
  };
  const first =
    id === undefined
      ? []
      : [
          { protocol: { minReaderVersion: 1, minWriterVersion: WRITER_VERSION } },
          {
            metaData: {
              id,
              name: table,
              format: { provider: 'parquet', options: {} },
              schemaString: schemaString(columns),
              partitionColumns: [],
              configuration: {},
              createdTime: at,
            },
          },
        ];
  const adds = files.map((file) => ({
    add: {
      path: tablePath(table, file.key),
      partitionValues: {},
      size: file.size,
      modificationTime: at,
      dataChange,
      stats: fileStatistics(file, columns),
    },
  }));
  const removes = (removed ?? []).map(({ key, size }) => ({
    remove: {
      path: tablePath(table, key),
      deletionTimestamp: at,
      dataChange,
      extendedFileMetadata: true,
      partitionValues: {},
      size,
    },
  }));
  return [
    ...[{ commitInfo: about }, ...first].map((action) => JSON.stringify(action)),
    ...[...ends].map(([partition, end]) => encodeEnd(topic, partition, end, at)),
    ...[...removes, ...adds].map((action) => JSON.stringify(action)),
    '',
  ].join('\n');
}

/** A URI that is relative to the table. No character of our keys needs to be escaped in one. */
function tablePath(table: string, key: string): string {
  return key.slice(rowsPrefix(table, 'parquet').length);
}

const applicationOf = (topic: string): string => `client-tickets/${topic}/partition-`;

/** As text: an offset goes past what a number of JavaScript holds. */
function encodeEnd(topic: string, partition: number, end: bigint, at: number): string {
  const appId = JSON.stringify(applicationOf(topic) + String(partition));
  return `{"txn":{"appId":${appId},"version":${end},"lastUpdated":${at}}}`;
}

/** What matters here of a commit, which another program may have written. */
export interface Commit {
  readonly ends: TableEnds;
  /** `at`: when, in milliseconds since the epoch. */
  readonly added: readonly { readonly key: string; readonly size: number; readonly at: number }[];
  readonly removed: readonly { readonly key: string; readonly at: number }[];
  readonly needsWriterVersion: number;
  /** Whether it says what the table is. */
  readonly hasMetadata: boolean;
}

/** The same of a checkpoint, which is all commits up to it in one. */
export function commitOf(
  { table, topic }: Omit<TableIdentity, 'columns'>,
  actions: readonly Action[],
): Commit {
  const ends = new Map<number, bigint>();
  const added: Commit['added'][number][] = [];
  const removed: Commit['removed'][number][] = [];
  let needsWriterVersion = 0;
  let hasMetadata = false;
  const application = applicationOf(topic);
  const keyOf = (path: string): string => rowsPrefix(table, 'parquet') + decodeURIComponent(path);
  for (const { protocol, metaData, add, remove, txn } of actions) {
    if (protocol) needsWriterVersion = protocol.minWriterVersion;
    if (metaData) hasMetadata = true;
    if (add) added.push({ key: keyOf(add.path), size: add.size, at: add.modificationTime });
    if (remove) removed.push({ key: keyOf(remove.path), at: remove.deletionTimestamp ?? 0 });
    if (txn?.appId.startsWith(application) !== true) continue;
    ends.set(Number(txn.appId.slice(application.length)), txn.version);
  }
  return { ends, added, removed, needsWriterVersion, hasMetadata };
}

/** Throws an `Error` when another program has made the table one that is not written here. */
export function checkWritable(
  location: string,
  { needsWriterVersion }: Pick<Commit, 'needsWriterVersion'>,
): void {
  if (needsWriterVersion <= WRITER_VERSION) return;
  throw new RangeError(
    `${location} was expected to need writer version ${WRITER_VERSION} of Delta's protocol or less, and needs ${needsWriterVersion}: ` +
      'another program has upgraded it. Files are stored as before, but not added to the table.',
  );
}

/** Whether a commit can be the one that `known` ends were read from. One of another program says nothing. */
export function agree(ends: TableEnds, known: TableEnds): boolean {
  return [...ends].every(([partition, end]) => known.get(partition) === end);
}
