import type { Grouping } from './cpu-profile.ts';

/** What the consumer's CPU time goes into. The order is that of the table where shares are equal. */
export const STAGES = [
  'kafkajs: fetch, decode',
  'source: chunks, group',
  'validate tickets',
  'rows, columns, JSON lines',
  'Parquet',
  'store: files, S3, hashes',
  'engine',
  'pipeline UI, metrics, log',
  'load modules, start',
  'collect garbage',
  'Node itself',
  'everything else',
] as const;
export type Stage = (typeof STAGES)[number];

/** The work that no design of ours could leave out: to get records from the brokers, and to find out what they say. */
export const UNAVOIDABLE: readonly Stage[] = ['kafkajs: fetch, decode', 'validate tickets'];

/** The first that fits the file in which a function is written. */
const BY_FILE: readonly (readonly [Stage, RegExp])[] = [
  ['kafkajs: fetch, decode', /node_modules\/(\.pnpm\/)?(kafkajs|lz4-napi|snappy|fzstd)/],
  ['source: chunks, group', /packages\/(kafka|embedded-log)\//],
  [
    'validate tickets',
    /packages\/tickets\/|packages\/records\/src\/(reader|validity|json)\/|node_modules\/(\.pnpm\/)?zod/,
  ],
  ['Parquet', /parquet/],
  ['rows, columns, JSON lines', /packages\/(results|records)\//],
  ['engine', /packages\/micro-batch\//],
  [
    'store: files, S3, hashes',
    /packages\/(object-store|local-folder)\/|node_modules\/(\.pnpm\/)?@?(aws|smithy)/,
  ],
  [
    'pipeline UI, metrics, log',
    /services\/consumer\/src\/(ui|batch-|query-listeners)|node_modules\/(\.pnpm\/)?@?(prom-client|hono|pino|sonic-boom|cli-table3)/,
  ],
  ['load modules, start', /services\/|packages\/service-kit\/|node_modules\/(\.pnpm\/)?(commander|dotenv)/],
];

/** For what Node does itself on behalf of no one stage, by its own file or the name of the function. */
const BY_INTERNALS: readonly (readonly [Stage, RegExp])[] = [
  ['collect garbage', /^\(garbage collector\)$/],
  [
    'load modules, start',
    /internal\/(modules|bootstrap|source_map|main)|node:module|compileFunction|compileSourceTextModule|cjs_lexer/,
  ],
  ['store: files, S3, hashes', /internal\/fs|node:fs|internal\/crypto/],
  ['Node itself', /^\(program\)$|^\(root\)$|^node:|internal\//],
];

/** The stage of a source file (or bundle) that is ours or a library's; `undefined`: of neither. */
function stageOfFile(file: string): Stage | undefined {
  return BY_FILE.find(([, pattern]) => pattern.test(file))?.[0];
}

function stageOfInternals(place: string): Stage {
  return BY_INTERNALS.find(([, pattern]) => pattern.test(place))?.[0] ?? 'everything else';
}

export const byStage: Grouping<Stage> = {
  ofFile: stageOfFile,
  ofInternals: stageOfInternals,
  garbage: 'collect garbage',
};
