// @ts-check
/**
 * Who may import what. A row is a package: which of our own packages and which of npm's the files in its `src/` may import.
 * Node's modules are free. Its `package.json` depends on exactly these. Tests, `e2e/`, `bench/` and `tools/` may import
 * what they depend on. No service imports another but `demo`, which runs them in one process.
 *
 * @type {Readonly<Record<string, { readonly ours: readonly string[], readonly npm: readonly string[] }>>}
 */
export const importTable = {
  'packages/micro-batch': { ours: [], npm: [] },
  'packages/records': { ours: [], npm: ['hyparquet', 'hyparquet-writer', 'zod'] },
  'packages/tickets': { ours: ['records'], npm: ['@faker-js/faker'] },
  'packages/results': {
    ours: ['micro-batch', 'records'],
    npm: ['fzstd', 'hyparquet', 'hyparquet-writer', 'zod'],
  },
  'packages/kafka': { ours: ['micro-batch'], npm: ['fzstd', 'kafkajs', 'lz4-napi', 'snappy'] },
  'packages/local-folder': { ours: ['micro-batch'], npm: [] },
  'packages/object-store': {
    ours: ['local-folder', 'micro-batch'],
    npm: ['@aws-sdk/client-s3', '@aws-sdk/lib-storage'],
  },
  'packages/embedded-log': { ours: ['local-folder', 'micro-batch'], npm: [] },
  'packages/pipeline-ui': {
    ours: ['micro-batch', 'records', 'results'],
    npm: ['@hono/node-server', 'hono', 'prom-client', 'zod'],
  },
  'packages/testkit': {
    ours: ['micro-batch', 'object-store', 'results', 'tickets'],
    npm: ['axe-core', 'fast-check', 'kafkajs', 'playwright-core', 'rolldown'],
  },
  'packages/service-kit': { ours: [], npm: ['commander', 'dotenv', 'pino', 'pino-pretty', 'zod'] },
  'services/producer': { ours: ['kafka', 'micro-batch', 'service-kit', 'tickets'], npm: ['zod'] },
  'services/consumer': {
    ours: [
      'kafka',
      'micro-batch',
      'object-store',
      'pipeline-ui',
      'records',
      'results',
      'service-kit',
      'tickets',
    ],
    npm: ['cli-table3', 'picocolors', 'zod'],
  },
  'services/demo': {
    ours: [
      'consumer',
      'embedded-log',
      'micro-batch',
      'object-store',
      'pipeline-ui',
      'producer',
      'results',
      'service-kit',
      'tickets',
    ],
    npm: ['cli-table3', 'log-update', 'picocolors', 'zod'],
  },
  'services/operator': {
    ours: ['kafka', 'micro-batch', 'object-store', 'records', 'results', 'service-kit', 'tickets'],
    npm: ['cli-table3', 'commander', 'picocolors', 'zod'],
  },
};

/**
 * The rooms of a source folder, from the bottom up: a room imports from itself and from those below it. Files that are in
 * no room, such as `index.ts`, stand on top of all.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const rooms = {
  'packages/micro-batch/src': ['ports', 'checkpoint', 'buffer', 'trigger', 'query', 'testing'],
  'packages/records/src': [
    'bytes',
    'json',
    'declaration',
    'time',
    'validity',
    'columns',
    'counting',
    'reader',
    'json-lines',
    'parquet',
  ],
  'packages/pipeline-ui/src': [
    'api',
    'stores',
    'freshness',
    'batches',
    'view',
    'result-files',
    'monitoring',
    'http',
  ],
  'packages/results/src': ['layout', 'read', 'delta'],
};
