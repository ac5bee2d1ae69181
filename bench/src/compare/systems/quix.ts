import type { System } from '../system.ts';
import { parseCounts } from '../parse-counts.ts';
import { pythonPeer } from './python-peer.ts';

export const quix: System = pythonPeer({
  name: 'quix',
  title: 'Quix Streams 3.28.1',
  job: 'one process (it has no threads of its own), file sink with enriched JSON, offsets committed every 5 s as checkpoints; counts in memory, which are lost in a crash',
  guess: { startSeconds: 2, secondsPerMillion: 18 },
  countsFile: 'counts.json',
  enriched: { format: 'json', glob: 'enriched/**/*.json*' },
  readCounts: parseCounts,
  // It ends after so many tickets; those that its filter leaves out are not counted.
  moreArguments: ({ workload: { tickets, malformedPercent } }) => [
    String(Math.round(tickets * (1 - malformedPercent / 100))),
  ],
});
