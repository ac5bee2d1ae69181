import type { CommittedBatch, QueryProgress } from '@client-tickets/micro-batch';
import type { Batch } from '../api/index.ts';
import type { RequestCounts } from './request-ledger.ts';

/** What this consumer measured of one of its own triggers. */
export interface TriggerMeasure {
  readonly progress: QueryProgress;
  readonly storeRequests: RequestCounts | undefined;
}

/** The latest committed batches of each partition, in any order. */
export type BatchesByPartition = ReadonlyMap<number, readonly CommittedBatch[]>;

interface Part {
  readonly partition: number;
  readonly batch: CommittedBatch;
  readonly plannedAt: number;
}

/** Plans of one trigger are made at once; those of two consumers that happen to share an id hardly ever. */
const SAME_TRIGGER_MS = 250;

/**
 * Puts the partitions' batches together to what triggers did, newest first. Batch ids are unique within a partition only:
 * consumers count on their own, so the same id at another time is another trigger.
 */
export function assembleBatchRows(
  batches: BatchesByPartition,
  measures: readonly TriggerMeasure[],
): readonly Batch[] {
  const parts = [...batches].flatMap(([partition, committed]) =>
    committed.map((batch): Part => ({ partition, batch, plannedAt: Date.parse(batch.plannedAt) })),
  );
  parts.sort(
    (a, b) => a.batch.batchId - b.batch.batchId || a.plannedAt - b.plannedAt || a.partition - b.partition,
  );
  const groups: Part[][] = [];
  for (const part of parts) {
    const group = groups.at(-1);
    const first = group?.[0];
    const belongs =
      first?.batch.batchId === part.batch.batchId && part.plannedAt - first.plannedAt <= SAME_TRIGGER_MS;
    if (group !== undefined && belongs) group.push(part);
    else groups.push([part]);
  }
  const measureOf = new Map(
    measures.flatMap((measure) => committedEnds(measure).map((end) => [end, measure])),
  );
  return groups
    .map((group) => toRow(group, measureOf))
    .sort(
      (a, b) =>
        compareText(b.committedAt, a.committedAt) || b.batchId - a.batchId || compareText(b.key, a.key),
    );
}

function toRow(group: readonly Part[], measureOf: ReadonlyMap<string, TriggerMeasure>): Batch {
  const parts = [...group].sort((a, b) => a.partition - b.partition);
  const [first] = parts;
  const measure = parts
    .map(({ partition, batch }) => measureOf.get(`${partition}:${batch.endOffset}`))
    .find((found) => found !== undefined);
  const batchId = first?.batch.batchId ?? -1;
  return {
    key: `${batchId}-${first?.partition ?? -1}`,
    batchId,
    plannedAt: parts.map(({ batch }) => batch.plannedAt).reduce((a, b) => (a < b ? a : b)),
    committedAt: parts.map(({ batch }) => batch.committedAt).reduce((a, b) => (a > b ? a : b)),
    rows: sum(parts.map(({ batch }) => batch.rows)),
    deadLetters: sum(parts.map(({ batch }) => batch.deadLetters)),
    parts: parts.map(({ partition, batch: { startOffset, endOffset, rows, deadLetters } }) => ({
      partition,
      startOffset: String(startOffset),
      endOffset: String(endOffset),
      rows,
      deadLetters,
    })),
    durationMs: measure?.progress.durationMs ?? null,
    storeRequests: measure?.storeRequests ?? null,
  };
}

/** `partition:endOffset` of everything that a trigger committed. */
function committedEnds({ progress }: TriggerMeasure): readonly string[] {
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
