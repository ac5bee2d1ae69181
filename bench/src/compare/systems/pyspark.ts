import type { System } from '../system.ts';
import { parseCounts } from '../parse-counts.ts';
import { pythonPeer } from './python-peer.ts';

export const pyspark: System = pythonPeer({
  name: 'pyspark',
  title: 'PySpark 4.0.0',
  job: 'Structured Streaming, a local master with a thread and a shuffle partition for each core, `availableNow`: counts by `foreachBatch`, enriched Parquet, both with checkpoints in a local folder',
  guess: { startSeconds: 18, secondsPerMillion: 6 },
  countsFile: 'counts.json',
  enriched: { format: 'parquet', glob: 'enriched/*.parquet' },
  readCounts: parseCounts,
  moreArguments: () => ['availableNow'],
});
