import type { System } from '../system.ts';
import { pythonPeer } from './python-peer.ts';

export const flink: System = pythonPeer({
  name: 'flink',
  title: 'Flink SQL 2.1.0',
  job: 'PyFlink, a slot for each core, bounded Kafka source: counts printed, enriched JSON, checkpoints every second; mini-batch and two-phase aggregation',
  guess: { startSeconds: 12, secondsPerMillion: 8 },
  countsFile: 'stdout.log',
  enriched: { format: 'json', glob: 'enriched/part-*' },
  readCounts: readChangelog,
});

/** `2> +U[BILLING, 250]`: what a type counts since this line. The last one holds. */
function readChangelog(text: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, type, count] of text.matchAll(/\+[IU]\[(\w+), (\d+)\]/g)) {
    if (type !== undefined) counts[type] = Number(count);
  }
  return counts;
}
