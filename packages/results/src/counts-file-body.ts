import type { Counts, CountsFile } from '@client-tickets/records';
import { encodeJsonLines } from './json-lines.ts';

/** A line for each declared value, by name, also for those that number 0: `{"type":"ACCOUNT","ticket_count":52}`. */
export function encodeCountsFile({ name, column, countColumn }: CountsFile, counts: Counts): Uint8Array {
  const sorted = Object.entries(counts[name] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return encodeJsonLines(
    sorted.map(([value, count]) => JSON.stringify({ [column]: value, [countColumn]: count })),
  );
}
