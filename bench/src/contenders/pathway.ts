import { z } from 'zod';
import type { Contender } from '../contender.ts';
import { pythonPeer } from './python-peer.ts';

export const pathway: Contender = pythonPeer({
  name: 'pathway',
  title: 'Pathway 0.33.0',
  job: "`mode='static'`, Rust engine: counts and enriched JSON, no checkpoint (static mode keeps none)",
  countsFile: 'counts.jsonl',
  enriched: { format: 'json', glob: 'enriched/enriched.json' },
  readCounts: readChanges,
});

const changeSchema = z.object({ type: z.string(), ticket_count: z.number(), diff: z.number() });

/** A count comes with `diff` 1, and goes with -1 when the next one replaces it. */
function readChanges(text: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const { type, ticket_count, diff } = changeSchema.parse(JSON.parse(line));
    if (diff > 0) counts[type] = ticket_count;
  }
  return counts;
}
