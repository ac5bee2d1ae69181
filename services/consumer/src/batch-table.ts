import type { QueryProgress } from '@client-tickets/micro-batch';
import type { Declaration, DeclaredCounts } from '@client-tickets/results';
import Table from 'cli-table3';
import pc from 'picocolors';

/**
 * One micro-batch for people: what was counted in it, by the first thing that is counted by, and in one line the offsets and durations.
 *
 * ```
 * Batch 3 · 50 tickets, 2 dead letters · 31 ms
 * ┌───────────┬───────┐
 * │ type      │ count │
 * ```
 */
export function formatBatchTable(
  progress: QueryProgress,
  { record, table: rows, countsFiles: [counted] }: Declaration,
): string {
  const { batchId, sink, batchDuration } = progress;
  const counts = Object.entries(countsOf(progress, counted)).sort(([a], [b]) => (a < b ? -1 : 1));
  const table = new Table({
    head: [counted?.column ?? '', 'count'],
    colAligns: ['left', 'right'],
    style: { head: pc.isColorSupported ? ['bold'] : [], border: pc.isColorSupported ? ['gray'] : [] },
  });
  table.push(...counts.map(([type, count]) => [type, count]));
  const noun = sink.numDeadLetters === 1 ? 'dead letter' : 'dead letters';
  const deadLetters = sink.numDeadLetters === 0 ? '' : pc.yellow(`, ${sink.numDeadLetters} ${noun}`);
  return [
    `${pc.bold(`Batch ${batchId}`)} · ${sink.numOutputRows} ${sink.numOutputRows === 1 ? record.name : rows}${deadLetters} · ${Math.round(batchDuration)} ms`,
    ...(counted === undefined ? [] : [table.toString()]),
    pc.dim(`offsets ${formatOffsets(progress)} · ${formatDurations(progress)}`),
  ].join('\n');
}

/** The same as fields of one log line. */
export function batchLogFields(progress: QueryProgress, { countsFiles: [counted] }: Declaration): object {
  const { batchId, sink, durationMs } = progress;
  return {
    batchId,
    rows: sink.numOutputRows,
    deadLetters: sink.numDeadLetters,
    counts: countsOf(progress, counted),
    offsets: formatOffsets(progress),
    durationMs,
  };
}

function countsOf(
  { observedMetrics }: QueryProgress,
  counted: DeclaredCounts | undefined,
): Readonly<Record<string, number>> {
  return (counted && observedMetrics[counted.name]) ?? {};
}

/** `0: 100→150  2: 80→97`: each partition that took part, from its start to its end offset. */
function formatOffsets({ sources }: QueryProgress): string {
  return sources
    .flatMap(({ startOffset, endOffset }) =>
      Object.entries(endOffset).flatMap(([topic, partitions]) =>
        Object.entries(partitions).map(
          ([partition, end]) => `${partition}: ${startOffset[topic]?.[partition] ?? '?'}→${end}`,
        ),
      ),
    )
    .join('  ');
}

function formatDurations({ durationMs }: QueryProgress): string {
  const { latestOffset, getBatch, walCommit, addBatch, commitOffsets } = durationMs;
  const steps = {
    offsets: latestOffset,
    read: getBatch,
    plan: walCommit,
    write: addBatch,
    commit: commitOffsets,
  };
  return Object.entries(steps)
    .map(([step, ms]) => `${step} ${Math.round(ms)}`)
    .join(', ')
    .concat(' ms');
}
