import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunPlace } from './run-place.ts';
import type { ServiceRun } from './service-run.ts';

const DOCKERFILE = join(import.meta.dirname, '../../Dockerfile.consumer');
/** What a container of 512 MB makes Node choose by itself; without a limit it collects garbage later and holds 90 MB more. */
const HEAP_OF_CONTAINER = '--max-old-space-size=320';

/** The flags of Node that the image sets, by `NODE_OPTIONS` or in its command. */
export function imageNodeFlags(dockerfile: string): readonly string[] {
  const options = /\bNODE_OPTIONS=(?:"([^"]*)"|(\S+))/.exec(dockerfile);
  const command = /^CMD \["node", (.*)\]$/m.exec(dockerfile)?.[1] ?? '';
  return [
    ...(options?.[1] ?? options?.[2] ?? '').split(' '),
    ...[...command.matchAll(/"(--[^"]+)"/g)].map(([, flag = '']) => flag),
  ].filter((flag) => flag !== '');
}

/** The image's, and its heap in a container of 512 MB. */
export function consumerNodeFlags(): readonly string[] {
  const flags = imageNodeFlags(readFileSync(DOCKERFILE, 'utf8'));
  return flags.some((flag) => flag.startsWith('--max-old-space-size'))
    ? flags
    : [...flags, HEAP_OF_CONTAINER];
}

/** What the image tells the C library about memory. */
export function imageMallocSettings(dockerfile: string): Readonly<Record<string, string>> {
  const settings = dockerfile.matchAll(/\b(MALLOC_[A-Z_]+)=(\S+)/g);
  return Object.fromEntries([...settings].map(([, name = '', value = '']) => [name, value]));
}

/** Whose results and checkpoints are meant: consumers and the operator's commands are told it alike. */
export function groupEnvironment(
  run: Pick<ServiceRun, 'brokers' | 'topic' | 'groupId'> & { readonly place: RunPlace },
): Readonly<Record<string, string>> {
  return {
    KAFKA_BROKERS: run.brokers.join(','),
    KAFKA_TOPIC: run.topic,
    KAFKA_GROUP_ID: run.groupId,
    RESULTS_PATH: run.place.results,
    CHECKPOINT_PATH: run.place.checkpoints,
  };
}

/** The environment of a consumer that the benchmark starts. */
export function consumerEnvironment(
  run: Pick<ServiceRun, 'brokers' | 'topic' | 'groupId' | 'folder'> & {
    readonly maxOffsetsPerTrigger: number;
    readonly trigger: string;
    readonly place: RunPlace;
  },
): Readonly<Record<string, string>> {
  return {
    ...imageMallocSettings(readFileSync(DOCKERFILE, 'utf8')),
    ...groupEnvironment(run),
    MAX_OFFSETS_PER_TRIGGER: String(run.maxOffsetsPerTrigger),
    TRIGGER: run.trigger,
    HTTP_PORT: '0',
    NODE_ENV: 'production',
    LOG_LEVEL: 'info', // batches are read from the log
    BENCH_REQUESTS_FILE: join(run.folder, 'requests'),
  };
}
