import { CHECKPOINT_VERSION, readCheckpointDocument } from './checkpoint-document.ts';
import {
  field,
  JsonShapeError,
  readArray,
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
  BatchPlan,
  CommittedBatch,
  Gap,
  PartitionCheckpoint,
  Stop,
  WrittenFile,
} from './partition-checkpoint.ts';
import type { RecordMark } from './record-mark.ts';

/** JSON that a person can read: offsets as text, one line for each of the larger parts. */
export function encodePartitionCheckpoint<State>(checkpoint: PartitionCheckpoint<State>): Uint8Array {
  const { query, partition, firstOffset, logId, committed, planned, stopped, recent, gaps } = checkpoint;
  const list = (values: readonly object[]): string =>
    values.length === 0 ? '[]' : `[\n    ${values.map(textOnce).join(',\n    ')}\n  ]`;
  return Buffer.from(
    [
      `{ "version": ${CHECKPOINT_VERSION}, "query": ${text(query)}, "partition": ${partition}, "firstOffset": "${firstOffset}", "logId": ${text(logId)},`,
      `  "committed": ${text(committed)},`,
      `  "planned": ${text(planned)},`,
      `  "stopped": ${text(stopped)},`,
      `  "recent": ${list(recent)},`,
      `  "gaps": ${list(gaps)} }`,
      '',
    ].join('\n'),
  );
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}

/** Batches and gaps never change once they are in a checkpoint, which is written again and again. */
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
      committed: readCommitted(field(root, 'committed'), parseState),
      planned: readOptional(field(root, 'planned'), readPlan),
      stopped: readOptional(field(root, 'stopped'), readStop),
      recent: readArray(field(root, 'recent')).map(readBatch),
      gaps: readArray(field(root, 'gaps')).map(readGap),
    };
    checkConsistency(checkpoint);
    return checkpoint;
  });
}

function readCommitted<State>(node: JsonNode, parseState: (value: unknown) => State) {
  const totals = field(node, 'totals');
  return {
    batchId: readInteger(field(node, 'batchId')),
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

function readPlan(node: JsonNode): BatchPlan {
  return {
    batchId: readCount(field(node, 'batchId')),
    ...readRange(node),
    lastRecord: readOptional(field(node, 'lastRecord'), readMark),
    at: readString(field(node, 'at')),
  };
}

function readBatch(node: JsonNode): CommittedBatch {
  return {
    batchId: readCount(field(node, 'batchId')),
    ...readRange(node),
    rows: readCount(field(node, 'rows')),
    deadLetters: readCount(field(node, 'deadLetters')),
    files: readArray(field(node, 'files')).map(readFile),
    plannedAt: readString(field(node, 'plannedAt')),
    committedAt: readString(field(node, 'committedAt')),
  };
}

function readFile(node: JsonNode): WrittenFile {
  return { key: readString(field(node, 'key')), size: readCount(field(node, 'size')) };
}

function readGap(node: JsonNode): Gap {
  const reason = readOneOf(field(node, 'reason'), ['expired', 'replaced']);
  return { ...readRange(node), reason, at: readString(field(node, 'at')) };
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

function checkConsistency<State>(checkpoint: PartitionCheckpoint<State>): void {
  const { firstOffset, committed, planned, recent } = checkpoint;
  if (committed.batchId < -1) {
    throw new JsonShapeError(`committed.batchId: expected -1 or more, found ${committed.batchId}`);
  }
  if (committed.endOffset < firstOffset) {
    throw new JsonShapeError(
      `committed.endOffset: expected ${firstOffset} or more, found ${committed.endOffset}`,
    );
  }
  const { lastRecord } = committed;
  if (lastRecord !== null && lastRecord.offset >= committed.endOffset) {
    throw new JsonShapeError(
      `committed.lastRecord.offset: expected less than committed.endOffset ${committed.endOffset}, found ${lastRecord.offset}`,
    );
  }
  const latest = recent.at(-1);
  if (latest !== undefined && latest.endOffset > committed.endOffset) {
    throw new JsonShapeError(
      `recent[${recent.length - 1}].endOffset: expected committed.endOffset ${committed.endOffset} or less, ` +
        `found ${latest.endOffset}`,
    );
  }
  if (planned === null) return;
  if (planned.startOffset !== committed.endOffset) {
    throw new JsonShapeError(
      `planned.startOffset: expected committed.endOffset ${committed.endOffset}, found ${planned.startOffset}`,
    );
  }
  if (planned.batchId <= committed.batchId) {
    throw new JsonShapeError(
      `planned.batchId: expected more than committed.batchId ${committed.batchId}, found ${planned.batchId}`,
    );
  }
}
