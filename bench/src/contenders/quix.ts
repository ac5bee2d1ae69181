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
  moreArguments: ({ workload }) => [String(workload.tickets)],
});
