import type { Contender } from '../contender.ts';
import { parseCounts } from '../parse-counts.ts';
import { pythonPeer } from './python-peer.ts';

export const pyspark: Contender = pythonPeer({
  name: 'pyspark',
  title: 'PySpark 4.0.0',
  job: 'Structured Streaming, `local[2]`, `availableNow`: counts by `foreachBatch`, enriched Parquet, checkpoints; 2 shuffle partitions',
  guess: { startSeconds: 18, secondsPerMillion: 6 },
  countsFile: 'counts.json',
  enriched: { format: 'parquet', glob: 'enriched/*.parquet' },
  readCounts: parseCounts,
  moreArguments: () => ['availableNow'],
});
