import type { System } from '../system.ts';
import { parseCounts } from '../parse-counts.ts';
import { pythonPeer } from './python-peer.ts';

const COMMON = {
  installation: 'pyspark',
  modules: ['pyspark_tickets.py'],
  countsFile: 'counts.json',
  readCounts: parseCounts,
} as const;
const SESSION =
  'Structured Streaming, a local master with a thread and a shuffle partition for each core, `availableNow`';

/** As Spark's guide has it: a query for each result. */
export const pyspark: System = pythonPeer({
  ...COMMON,
  name: 'pyspark',
  title: 'PySpark 4.0.0',
  job: `${SESSION}: counts by \`foreachBatch\`, enriched Parquet, both with checkpoints in a local folder`,
  script: 'pyspark_job.py',
  guess: { startSeconds: 18, secondsPerMillion: 6 },
  enriched: { format: 'parquet', glob: 'enriched/*.parquet' },
  moreArguments: () => ['availableNow'],
});

/** As one writes it who knows that each query reads and parses the topic once more. */
export const pysparkExpert: System = pythonPeer({
  ...COMMON,
  name: 'pyspark-expert',
  title: 'PySpark 4.0.0, one query',
  job: `${SESSION}: one query whose \`foreachBatch\` keeps the batch (\`persist\`), writes enriched Parquet and adds its counts to those before; a checkpoint in a local folder`,
  script: 'pyspark_expert_job.py',
  guess: { startSeconds: 12, secondsPerMillion: 4 },
  enriched: { format: 'parquet', glob: 'enriched/batch=*/*.parquet' },
});
