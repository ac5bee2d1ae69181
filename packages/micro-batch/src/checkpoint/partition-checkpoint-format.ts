import { CHECKPOINT_VERSION, readCheckpointDocument } from './checkpoint-document.ts';
import {
  field,
  JsonShapeError,
  readArray,
  readBoolean,
  readCount,
  readInteger,
  readNumber,
  readOffset,
  readOneOf,
  readOptional,
  readString,
  type JsonNode,
} from './json-reader.ts';
import type {
  Counted,
  CountedBatch,
  FilePlan,
  Frontier,
  Gap,
  PartitionCheckpoint,
  Stop,
  StoredFiles,
  WrittenFile,
} from './partition-checkpoint.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import type { RecordMark } from './record-mark.ts';

/** JSON that a person can read: offsets as text, one line for each of the larger parts. */
export function encodePartitionCheckpoint<State>(checkpoint: PartitionCheckpoint<State>): Uint8Array {
  const { query, partition, firstOffset, logId, counted, stored, openSince, planned, stopped } = checkpoint;
  const { recentBatches, recentFiles, gaps } = checkpoint;
  const list = (values: readonly object[]): string =>
    values.length === 0 ? '[]' : `[\n    ${values.map(textOnce).join(',\n    ')}\n  ]`;
  return Buffer.from(
    [
      `{ "version": ${CHECKPOINT_VERSION}, "query": ${text(query)}, "partition": ${partition}, "firstOffset": "${firstOffset}", "logId": ${text(logId)},`,
      `  "counted": ${text(counted)},`,
      `  "stored": ${text(stored)},`,
      `  "openSince": ${text(openSince)},`,
      `  "planned": ${text(planned)},`,
      `  "stopped": ${text(stopped)},`,
      `  "recentBatches": ${list(recentBatches)},`,
      `  "recentFiles": ${list(recentFiles)},`,
      `  "gaps": ${list(gaps)} }`,
      '',
    ].join('\n'),
  );
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}

/** Batches, files and gaps never change once they are in a checkpoint, which is written again and again. */
const texts = new WeakMap<object, string>();

function textOnce(value: object): string {
  const known = texts.get(value) ?? text(value);
  texts.set(value, known);
  return known;
}

/**
 * Reads a partition checkpoint back. Throws `QueryError` `checkpoint_newer`, `checkpoint_older` or `checkpoint_damaged`, with `name` (the
 * full location) and the place in the document.
 */
export function decodePartitionCheckpoint<State>(
  body: Uint8Array,
  name: string,
  parseState: (value: unknown) => State,
): PartitionCheckpoint<State> {
  return readCheckpointDocument(body, name, (root) => {
    const firstOffset = readOffset(field(root, 'firstOffset'));
    const checkpoint = {
      query: readString(field(root, 'query')),
      partition: readCount(field(root, 'partition')),
      firstOffset,
      logId: readOptional(field(root, 'logId'), readString),
      counted: readCounted(field(root, 'counted'), parseState),
      stored: readFrontier(field(root, 'stored'), parseState),
      openSince: readOptional(field(root, 'openSince'), readString),
      planned: readOptional(field(root, 'planned'), readPlan),
      stopped: readOptional(field(root, 'stopped'), readStop),
      recentBatches: readArray(field(root, 'recentBatches')).map(readBatch),
      recentFiles: readArray(field(root, 'recentFiles')).map(readFiles),
      gaps: readArray(field(root, 'gaps')).map(readGap),
    };
    checkConsistency(checkpoint);
    return checkpoint;
  });
}

function readCounted<State>(node: JsonNode, parseState: (value: unknown) => State): Counted<State> {
  return { batchId: readInteger(field(node, 'batchId')), ...readFrontier(node, parseState) };
}

function readFrontier<State>(node: JsonNode, parseState: (value: unknown) => State): Frontier<State> {
  const totals = field(node, 'totals');
  return {
    endOffset: readOffset(field(node, 'endOffset')),
    state: readState(field(node, 'state'), parseState),
    totals: {
      rows: readCount(field(totals, 'rows')),
      deadLetters: readCount(field(totals, 'deadLetters')),
      emptyOffsets: readCount(field(totals, 'emptyOffsets')),
    },
    lastRecord: readOptional(field(node, 'lastRecord'), readMark),
    at: readString(field(node, 'at')),
  };
}

function readMark(node: JsonNode): RecordMark {
  return {
    offset: readOffset(field(node, 'offset')),
    timestamp: readNumber(field(node, 'timestamp')), // a producer may write any
    crc: readString(field(node, 'crc')),
  };
}

function readState<State>(node: JsonNode, parseState: (value: unknown) => State): State {
  try {
    return parseState(node.value);
  } catch (error) {
    throw new JsonShapeError(`${node.path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readPlan(node: JsonNode): FilePlan {
  return { ...readRange(node), at: readString(field(node, 'at')) };
}

function readBatch(node: JsonNode): CountedBatch {
  return {
    batchId: readCount(field(node, 'batchId')),
    ...readRange(node),
    rows: readCount(field(node, 'rows')),
    deadLetters: readCount(field(node, 'deadLetters')),
    at: readString(field(node, 'at')),
  };
}

function readFiles(node: JsonNode): StoredFiles {
  return {
    ...readRange(node),
    rows: readCount(field(node, 'rows')),
    deadLetters: readCount(field(node, 'deadLetters')),
    files: readArray(field(node, 'files')).map(readFile),
    plannedAt: readString(field(node, 'plannedAt')),
    storedAt: readString(field(node, 'storedAt')),
  };
}

function readFile(node: JsonNode): WrittenFile {
  return { key: readString(field(node, 'key')), size: readCount(field(node, 'size')) };
}

function readGap(node: JsonNode): Gap {
  const reason = readOneOf(field(node, 'reason'), ['expired', 'replaced']);
  const isCounted = readBoolean(field(node, 'isCounted'));
  return { ...readRange(node), reason, isCounted, at: readString(field(node, 'at')) };
}

function readStop(node: JsonNode): Stop {
  return {
    reason: readOneOf(field(node, 'reason'), ['expired', 'truncated', 'replaced']),
    ...readRange(node),
    at: readString(field(node, 'at')),
    decision: readOptional(field(node, 'decision'), (decision) =>
      readOneOf(decision, ['earliest', 'latest']),
    ),
  };
}

function readRange(node: JsonNode) {
  const startOffset = readOffset(field(node, 'startOffset'));
  const endOffset = readOffset(field(node, 'endOffset'));
  if (endOffset <= startOffset) {
    throw new JsonShapeError(
      `${node.path}: expected endOffset after startOffset ${startOffset}, found ${endOffset}`,
    );
  }
  return { startOffset, endOffset };
}

/** What can't be true of two frontiers, a plan between them and what came before. */
function checkConsistency<State>(checkpoint: PartitionCheckpoint<State>): void {
  const { firstOffset, counted, stored, openSince, planned, recentBatches, recentFiles } = checkpoint;
  if (counted.batchId < -1) fail('counted.batchId', '-1 or more', counted.batchId);
  if (stored.endOffset < firstOffset)
    fail('stored.endOffset', `firstOffset ${firstOffset} or more`, stored.endOffset);
  if (counted.endOffset < stored.endOffset)
    fail('counted.endOffset', `stored.endOffset ${stored.endOffset} or more`, counted.endOffset);
  checkLastRecord('counted', counted);
  checkLastRecord('stored', stored);
  const isOpen = stored.endOffset < counted.endOffset;
  if (isOpen !== (openSince !== null))
    fail(
      'openSince',
      isOpen ? 'a time, as some is counted and not stored' : 'null, as all is stored',
      openSince,
    );
  checkLatest('recentBatches', recentBatches, 'counted.endOffset', counted.endOffset);
  checkLatest('recentFiles', recentFiles, 'stored.endOffset', stored.endOffset);
  if (planned === null) return;
  if (planned.startOffset !== stored.endOffset)
    fail('planned.startOffset', `stored.endOffset ${stored.endOffset}`, planned.startOffset);
  if (planned.endOffset !== counted.endOffset)
    fail('planned.endOffset', `counted.endOffset ${counted.endOffset}`, planned.endOffset);
}

function checkLastRecord(name: string, { lastRecord, endOffset }: Frontier<unknown>): void {
  if (lastRecord !== null && lastRecord.offset >= endOffset)
    fail(`${name}.lastRecord.offset`, `less than ${name}.endOffset ${endOffset}`, lastRecord.offset);
}

function checkLatest(name: string, list: readonly OffsetRange[], endName: string, end: bigint): void {
  const found = list.at(-1)?.endOffset;
  if (found !== undefined && found > end)
    fail(`${name}[${list.length - 1}].endOffset`, `${endName} ${end} or less`, found);
}

function fail(path: string, expected: string, found: bigint | number | string | null): never {
  throw new JsonShapeError(`${path}: expected ${expected}, found ${found}`);
}
