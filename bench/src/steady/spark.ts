import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceRun } from '../service-run.ts';
import { startMeasuredService, type MeasuredService } from '../measured-service.ts';

const PEERS = join(import.meta.dirname, '../../peers');

/** Why Spark can't be measured on S3 here; `undefined`: it can. */
export function missingSpark(home: string): string | undefined {
  const missing = ['pyspark', 'pyspark-s3a'].filter((name) => !existsSync(join(home, `${name}.ready`)));
  return missing.length === 0 ? undefined : `not installed: bench/peers/set-up ${missing.join(' ')}`;
}

/** The ticket job in PySpark, with enriched Parquet, counts and checkpoints on S3 through `s3a`. */
export function startSpark(
  run: ServiceRun & { readonly endpoint: string; readonly bucket: string; readonly trigger: string },
): MeasuredService {
  return startMeasuredService({
    file: join(run.home, 'pyspark/bin/python'),
    args: [
      join(PEERS, 'pyspark_job.py'),
      run.brokers.join(','),
      run.topic,
      '50',
      `s3a://${run.bucket}/bench/${run.groupId}`,
      run.trigger,
    ],
    env: { BENCH_HOME: run.home, BENCH_CORES: '2', BENCH_S3_ENDPOINT: run.endpoint },
    cwd: run.folder,
    log: join(run.folder, 'spark.log'),
  });
}
