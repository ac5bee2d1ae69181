import type { EventTimes, Observations } from '../ports/batch-handler.ts';
import { addObservations } from './merge-handled.ts';
import type { ProducedTimes } from './produced-times.ts';

/** The steps of a trigger, in the words of Spark's `StreamingQueryProgress.durationMs`. */
export type Phase = 'latestOffset' | 'getBatch' | 'walCommit' | 'addBatch' | 'commitOffsets';

export interface SourceProgress {
  readonly description: string;
  /** By topic and partition; offsets as text. */
  readonly startOffset: TopicOffsets;
  readonly endOffset: TopicOffsets;
  readonly latestOffset: TopicOffsets;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number;
  readonly processedRowsPerSecond: number;
  readonly metrics: {
    readonly minOffsetsBehindLatest: string;
    readonly avgOffsetsBehindLatest: string;
    readonly maxOffsetsBehindLatest: string;
  };
}

export type TopicOffsets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * What one trigger did, in the shape and with the field names of Spark's `StreamingQueryProgress`
 * (https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#monitoring-streaming-queries).
 * Rates are per second, durations in milliseconds. `sink.numDeadLetters` is ours.
 */
export interface QueryProgress {
  readonly id: string;
  readonly runId: string;
  readonly name: string;
  readonly timestamp: string;
  readonly batchId: number;
  readonly batchDuration: number;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number;
  readonly processedRowsPerSecond: number;
  readonly durationMs: Readonly<Record<Phase | 'triggerExecution', number>>;
  /** As Spark has it, where records are counted by windows of event time; the watermark is the least of the partitions. */
  readonly eventTime?: Readonly<Record<string, string>>;
  readonly stateOperators: readonly {
    readonly numRowsDroppedByWatermark: number;
    /** `numWindowsForced`: closed before their time, as too many were open. */
    readonly customMetrics: Readonly<Record<string, number>>;
  }[];
  readonly sources: readonly SourceProgress[];
  readonly sink: {
    readonly description: string;
    readonly numOutputRows: number;
    readonly numDeadLetters: number;
  };
  readonly observedMetrics: Observations;
}

/** One partition's part in a trigger. */
export interface PartitionProgress {
  readonly partition: number;
  readonly startOffset: bigint;
  readonly endOffset: bigint;
  readonly latestOffset: bigint;
  readonly rows: number;
  readonly deadLetters: number;
  readonly observations: Observations;
  readonly events?: EventTimes | undefined;
  readonly produced: ProducedTimes;
}

export interface TriggerMeasures {
  readonly id: string;
  readonly runId: string;
  readonly name: string;
  readonly timestamp: string;
  readonly batchId: number;
  readonly topic: string;
  readonly sourceDescription: string;
  readonly sinkDescription: string;
  /** Since the trigger before, for the input rate. */
  readonly sincePreviousMs: number;
  readonly durationMs: QueryProgress['durationMs'];
  readonly partitions: readonly PartitionProgress[];
}

export function buildProgress(measures: TriggerMeasures): QueryProgress {
  const { id, runId, name, timestamp, batchId, partitions } = measures;
  const durationMs = roundAll(measures.durationMs);
  const events = partitions.flatMap((partition) => partition.events ?? []);
  const rows = sum(partitions.map((partition) => partition.rows));
  const deadLetters = sum(partitions.map((partition) => partition.deadLetters));
  const rates = {
    numInputRows: rows + deadLetters,
    inputRowsPerSecond: perSecond(rows + deadLetters, measures.sincePreviousMs),
    processedRowsPerSecond: perSecond(rows + deadLetters, durationMs.triggerExecution),
  };
  return {
    id,
    runId,
    name,
    timestamp,
    batchId,
    batchDuration: durationMs.triggerExecution,
    ...rates,
    durationMs,
    ...(events.length === 0 ? {} : { eventTime: eventTime(events) }),
    stateOperators: events.length === 0 ? [] : [stateOperator(events)],
    sources: [sourceProgress(measures, rates)],
    sink: { description: measures.sinkDescription, numOutputRows: rows, numDeadLetters: deadLetters },
    observedMetrics: addObservations(partitions.map((partition) => partition.observations)),
  };
}

function stateOperator(events: readonly EventTimes[]): QueryProgress['stateOperators'][number] {
  return {
    numRowsDroppedByWatermark: sum(events.map(({ late }) => late)),
    customMetrics: { numWindowsForced: sum(events.map(({ forced }) => forced)) },
  };
}

function eventTime(events: readonly EventTimes[]): Readonly<Record<string, string>> {
  const count = sum(events.map((each) => each.count));
  const times = {
    max: Math.max(...events.map(({ max }) => max)),
    min: Math.min(...events.map(({ min }) => min)),
    avg: sum(events.map((each) => each.sum)) / count,
    watermark: Math.min(...events.map(({ watermark = -Infinity }) => watermark)),
  };
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, ms]) =>
      Number.isFinite(ms) ? [[name, new Date(ms).toISOString()]] : [],
    ),
  );
}

function sourceProgress(
  { topic, sourceDescription, partitions }: TriggerMeasures,
  rates: Pick<SourceProgress, 'numInputRows' | 'inputRowsPerSecond' | 'processedRowsPerSecond'>,
): SourceProgress {
  const offsets = (pick: (partition: PartitionProgress) => bigint): TopicOffsets => ({
    [topic]: Object.fromEntries(partitions.map((each) => [each.partition, pick(each).toString()])),
  });
  const behind = partitions.map(({ latestOffset, endOffset }) =>
    Math.max(0, Number(latestOffset - endOffset)),
  );
  return {
    description: sourceDescription,
    startOffset: offsets((partition) => partition.startOffset),
    endOffset: offsets((partition) => partition.endOffset),
    latestOffset: offsets((partition) => partition.latestOffset),
    ...rates,
    metrics: {
      minOffsetsBehindLatest: String(Math.min(...behind)),
      avgOffsetsBehindLatest: String(sum(behind) / Math.max(1, behind.length)),
      maxOffsetsBehindLatest: String(Math.max(...behind)),
    },
  };
}

function roundAll(durations: QueryProgress['durationMs']): QueryProgress['durationMs'] {
  const round = (ms: number): number => Math.round(ms * 10) / 10;
  return {
    triggerExecution: round(durations.triggerExecution),
    latestOffset: round(durations.latestOffset),
    getBatch: round(durations.getBatch),
    walCommit: round(durations.walCommit),
    addBatch: round(durations.addBatch),
    commitOffsets: round(durations.commitOffsets),
  };
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? Math.round((count * 100_000) / ms) / 100 : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
