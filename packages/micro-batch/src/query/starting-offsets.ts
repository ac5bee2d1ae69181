import { QueryError } from '../ports/query-error.ts';
import type { PartitionOffsets } from '../ports/source.ts';

/** Where a new query starts. In `perPartition`, -2 stands for earliest and -1 for latest, as in Spark. */
export type StartingOffsets =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | StartingTimestamp
  | { readonly kind: 'perPartition'; readonly topic: string; readonly offsets: ReadonlyMap<number, bigint> };

/** The first record of each partition that is of this time or later, Spark's `startingTimestamp`. */
export interface StartingTimestamp {
  readonly kind: 'timestamp';
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Of a partition without such a record: refuse to start, or start at its end. Spark's `startingOffsetsByTimestampStrategy`. */
  readonly strategy: 'error' | 'latest';
}

/** As `Source.fetchOffsetsAt`, for all partitions of a topic. */
export type FindOffsetsAt = (timestamp: number) => Promise<ReadonlyMap<number, bigint>>;

const EARLIEST = -2n;
const LATEST = -1n;

/** Reads `earliest`, `latest` (in upper or lower case, as Spark does) or `{"client_tickets":{"0":23,"1":-2}}`; throws `QueryError` `settings` otherwise. */
export function parseStartingOffsets(text: string): StartingOffsets {
  const word = text.trim().toLowerCase();
  if (word === 'earliest' || word === 'latest') return { kind: word };
  const topics = parseObject(text);
  const [entry, ...others] = Object.entries(topics ?? {});
  const partitions = entry === undefined ? undefined : asObject(entry[1]);
  if (entry === undefined || partitions === undefined || others.length > 0) {
    throw new QueryError(
      'settings',
      `expected \`earliest\`, \`latest\` or JSON such as {"client_tickets":{"0":23,"1":-2}}, found ${JSON.stringify(text)}`,
    );
  }
  const offsets = new Map(
    Object.entries(partitions).map(([partition, offset]) => readPair(partition, offset)),
  );
  return { kind: 'perPartition', topic: entry[0], offsets };
}

function parseObject(text: string): object | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined; // the caller reports the text as it stands
  }
}

function asObject(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function readPair(partition: string, offset: unknown): readonly [number, bigint] {
  const whole = typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= -2;
  if (!/^(0|[1-9]\d{0,8})$/.test(partition) || !whole) {
    throw new QueryError(
      'settings',
      `expected a partition with an offset of 0 or more, -2 (earliest) or -1 (latest), ` +
        `found ${JSON.stringify(partition)}: ${JSON.stringify(offset)}`,
    );
  }
  return [Number(partition), BigInt(offset)];
}

/**
 * The offset at which each partition of the topic starts. As in Spark, JSON must name every partition and no other, an
 * offset that the log does not reach is refused rather than moved, and so is a time that is past the last record, unless told otherwise.
 * `findOffsetsAt` is asked only for a time, after `log` was read.
 */
export async function resolveStartingOffsets(
  starting: StartingOffsets,
  topic: string,
  log: ReadonlyMap<number, PartitionOffsets>,
  findOffsetsAt: FindOffsetsAt,
): Promise<ReadonlyMap<number, bigint>> {
  if (starting.kind === 'timestamp') return resolveTimestamp(starting, topic, log, findOffsetsAt);
  if (starting.kind === 'perPartition') checkNames(starting, topic, log);
  return new Map([...log].map(([partition, offsets]) => [partition, resolve(starting, partition, offsets)]));
}

async function resolveTimestamp(
  { timestamp, strategy }: StartingTimestamp,
  topic: string,
  log: ReadonlyMap<number, PartitionOffsets>,
  findOffsetsAt: FindOffsetsAt,
): Promise<ReadonlyMap<number, bigint>> {
  const found = await findOffsetsAt(timestamp);
  const past = [...log.keys()].filter((partition) => !found.has(partition)).sort((a, b) => a - b);
  if (strategy === 'error' && past.length > 0) {
    throw new QueryError(
      'settings',
      `starting timestamp: expected a record of ${new Date(timestamp).toISOString()} or later in every partition of ${topic}, ` +
        `found none in partition ${past.join(', ')}. Take an earlier time, or let such partitions start at their end with the strategy \`latest\`.`,
    );
  }
  return new Map([...log].map(([partition, { latest }]) => [partition, found.get(partition) ?? latest]));
}

function checkNames(
  starting: Extract<StartingOffsets, { kind: 'perPartition' }>,
  topic: string,
  log: ReadonlyMap<number, PartitionOffsets>,
): void {
  const names = (partitions: Iterable<number>): string => [...partitions].sort((a, b) => a - b).join(', ');
  const expected = `topic ${topic}, partitions ${names(log.keys())}`;
  const found = `topic ${starting.topic}, partitions ${names(starting.offsets.keys())}`;
  if (expected !== found)
    throw new QueryError('settings', `starting offsets: expected ${expected}, found ${found}`);
}

function resolve(
  starting: Exclude<StartingOffsets, StartingTimestamp>,
  partition: number,
  { earliest, latest }: PartitionOffsets,
): bigint {
  if (starting.kind === 'earliest') return earliest;
  if (starting.kind === 'latest') return latest;
  const asked = starting.offsets.get(partition) ?? EARLIEST;
  if (asked === EARLIEST) return earliest;
  if (asked === LATEST) return latest;
  if (asked < earliest || asked > latest) {
    throw new QueryError(
      'settings',
      `starting offsets: expected ${earliest} to ${latest} for partition ${partition}, found ${asked}`,
    );
  }
  return asked;
}
