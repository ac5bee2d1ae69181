import type { QueryProgress } from '@client-tickets/micro-batch';
import Table from 'cli-table3';
import pc from 'picocolors';

/**
 * One micro-batch for people: what was counted in it, by type, and in one line the offsets and durations.
 *
 * ```
 * Batch 3 · 50 tickets, 2 dead letters · 31 ms
 * ┌───────────┬───────┐
 * │ type      │ count │
 * ```
 */
export function formatBatchTable(progress: QueryProgress): string {
  const { batchId, sink, batchDuration, observedMetrics } = progress;
  const counts = Object.entries(observedMetrics['ticket_counts'] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const table = new Table({
    head: ['type', 'count'],
    colAligns: ['left', 'right'],
    style: { head: pc.isColorSupported ? ['bold'] : [], border: pc.isColorSupported ? ['gray'] : [] },
  });
  table.push(...counts.map(([type, count]) => [type, count]));
  const noun = sink.numDeadLetters === 1 ? 'dead letter' : 'dead letters';
  const deadLetters = sink.numDeadLetters === 0 ? '' : pc.yellow(`, ${sink.numDeadLetters} ${noun}`);
  return [
    `${pc.bold(`Batch ${batchId}`)} · ${sink.numOutputRows} tickets${deadLetters} · ${Math.round(batchDuration)} ms`,
    table.toString(),
    pc.dim(`offsets ${formatOffsets(progress)} · ${formatDurations(progress)}`),
  ].join('\n');
}

/** The same as fields of one log line. */
export function batchLogFields(progress: QueryProgress): object {
  const { batchId, sink, durationMs, observedMetrics } = progress;
  return {
    batchId,
    tickets: sink.numOutputRows,
    deadLetters: sink.numDeadLetters,
    countByType: observedMetrics['ticket_counts'] ?? {},
    offsets: formatOffsets(progress),
    durationMs,
  };
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
