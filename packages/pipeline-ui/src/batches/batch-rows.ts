import { offsetInLog, type CountedBatch, type QueryProgress } from '@client-tickets/micro-batch';
import type { Batch } from '../api/index.ts';
import type { RequestCounts } from '../stores/request-counter.ts';

/** What this consumer measured of one of its own triggers. */
export interface TriggerMeasure {
  readonly progress: QueryProgress;
  readonly storeRequests: RequestCounts | undefined;
}

/** The latest counted batches of each partition, in any order. */
export type BatchesByPartition = ReadonlyMap<number, readonly CountedBatch[]>;

interface Part {
  readonly partition: number;
  readonly batch: CountedBatch;
  readonly countedAt: number;
}

/** Batches of one trigger are counted at once; two consumers with the same id rarely count that close together. */
const SAME_TRIGGER_MS = 250;

/**
 * Puts the partitions' batches together to what triggers did, newest first. This consumer knows which of them it counted
 * in one trigger. Of others it is inferred: batch ids are unique within a partition only, because consumers count on their
 * own, so the same id at another time is another trigger.
 */
export function assembleBatchRows(
  batches: BatchesByPartition,
  measures: readonly TriggerMeasure[],
): readonly Batch[] {
  const measureOf = new Map(measures.flatMap((measure) => countedEnds(measure).map((end) => [end, measure])));
  const own = new Map<TriggerMeasure, Part[]>();
  const others: Part[] = [];
  for (const [partition, counted] of batches) {
    for (const batch of counted) {
      const part = { partition, batch, countedAt: Date.parse(batch.at) };
      const measure = measureOf.get(`${partition}:${batch.endOffset}`);
      if (measure === undefined) others.push(part);
      else own.set(measure, [...(own.get(measure) ?? []), part]);
    }
  }
  return [
    ...[...own].map(([measure, parts]) => toRow(parts, measure)),
    ...groupByTime(others).map((parts) => toRow(parts, undefined)),
  ].sort(
    (a, b) => compareText(b.countedAt, a.countedAt) || b.batchId - a.batchId || compareText(b.key, a.key),
  );
}

function groupByTime(parts: readonly Part[]): readonly (readonly Part[])[] {
  const sorted = parts.toSorted(
    (a, b) => a.batch.batchId - b.batch.batchId || a.countedAt - b.countedAt || a.partition - b.partition,
  );
  const groups: Part[][] = [];
  for (const part of sorted) {
    const group = groups.at(-1);
    const first = group?.[0];
    const belongs =
      first?.batch.batchId === part.batch.batchId && part.countedAt - first.countedAt <= SAME_TRIGGER_MS;
    if (group !== undefined && belongs) group.push(part);
    else groups.push([part]);
  }
  return groups;
}

function toRow(group: readonly Part[], measure: TriggerMeasure | undefined): Batch {
  const parts = group.toSorted((a, b) => a.partition - b.partition);
  const [first] = parts;
  const batchId = first?.batch.batchId ?? -1;
  return {
    key: `${batchId}-${first?.partition ?? -1}`,
    batchId,
    countedAt: parts.map(({ batch }) => batch.at).reduce((a, b) => (a > b ? a : b)),
    rows: sum(parts.map(({ batch }) => batch.rows)),
    deadLetters: sum(parts.map(({ batch }) => batch.deadLetters)),
    parts: parts.map(({ partition, batch: { startOffset, endOffset, rows, deadLetters } }) => ({
      partition,
      startOffset: String(offsetInLog(startOffset)),
      endOffset: String(offsetInLog(endOffset)),
      rows,
      deadLetters,
    })),
    durationMs: measure?.progress.durationMs ?? null,
    storeRequests: measure?.storeRequests ?? null,
  };
}

/** `partition:endOffset` of everything that a trigger counted. */
function countedEnds({ progress }: TriggerMeasure): readonly string[] {
  return progress.sources.flatMap(({ endOffset }) =>
    Object.values(endOffset).flatMap((ends) =>
      Object.entries(ends).map(([partition, end]) => `${partition}:${end}`),
    ),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
