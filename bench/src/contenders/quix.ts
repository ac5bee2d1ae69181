import type { Contender } from '../contender.ts';
import { parseCounts } from '../parse-counts.ts';
import { pythonPeer } from './python-peer.ts';

export const quix: Contender = pythonPeer({
  name: 'quix',
  title: 'Quix Streams 3.28.1',
  job: 'file sink with enriched JSON, offsets committed as checkpoints; counts in memory, which are lost in a crash',
  countsFile: 'counts.json',
  enriched: { format: 'json', glob: 'enriched/**/*.json*' },
  readCounts: parseCounts,
  // It ends after so many messages, and does not count those that are no JSON: half of the malformed ones.
  moreArguments: ({ workload: { tickets, malformedPercent } }) => [
    String(Math.round(tickets * (1 - malformedPercent / 200))),
  ],
});
