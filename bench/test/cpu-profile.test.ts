import { expect, test } from 'vitest';
import { timeBy, type CpuProfile } from '../src/profile/cpu-profile.ts';
import { byLibrary, libraryOf } from '../src/profile/libraries.ts';
import { librariesTable, profileTable, type ProfileReport } from '../src/profile/profile-report.ts';
import { byStage } from '../src/profile/stages.ts';
import { HEAD, rowsOf } from './support/made-reports.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 0, columnNumber: 0 });

/** Root → engine → kafkajs → copy (of Node); and beside these collecting garbage, waiting, and the start. */
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6, 7] },
    { id: 2, callFrame: frame('trigger', 'file:///app/packages/micro-batch/src/query.ts'), children: [3] },
    { id: 3, callFrame: frame('decode', 'file:///app/node_modules/kafkajs/src/decoder.js'), children: [4] },
    { id: 4, callFrame: frame('copy') },
    { id: 5, callFrame: frame('(garbage collector)') },
    { id: 6, callFrame: frame('(idle)') },
    { id: 7, callFrame: frame('compile', 'node:internal/modules/cjs/loader') },
  ],
  samples: [2, 3, 4, 5, 6, 7],
  timeDeltas: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000],
};
const ownFile = ({ url }: { readonly url: string }) => (url.startsWith('file:') ? url : undefined);

test('time goes to the stage of its function, what Node does to the stage that called for it, and waiting to none', () => {
  expect(Object.fromEntries(timeBy(profile, ownFile, byStage))).toEqual({
    engine: 1,
    'kafkajs: fetch, decode': 6,
    'collect garbage': 8,
    'load modules, start': 32,
  });
});

test('time goes to the library of its function likewise, our own packages among them', () => {
  expect(Object.fromEntries(timeBy(profile, ownFile, byLibrary))).toEqual({
    'packages/micro-batch': 1,
    kafkajs: 6,
    'collect garbage': 8,
    'Node itself': 32,
  });
  const store =
    '/app/node_modules/.pnpm/@aws-sdk+client-s3@3.1.0/node_modules/@aws-sdk/client-s3/dist/index.js';
  expect([store, '/app/services/consumer/src/main.ts', '/app/dist/main.js'].map(libraryOf)).toEqual([
    '@aws-sdk/client-s3',
    'services/consumer',
    undefined,
  ]);
});

const report: ProfileReport = {
  kind: 'profile',
  ...HEAD,
  workload: { name: '', tickets: 1, maxOffsetsPerTrigger: 0, malformedPercent: 0 },
  place: '',
  threads: 1,
  wallSeconds: 1,
  cpuSeconds: 1,
  stages: { engine: 25, 'kafkajs: fetch, decode': 50, 'validate tickets': 25 },
};

test('the table shows the largest first, and what is left outside kafkajs and parsing', () => {
  expect(rowsOf(profileTable(report))).toEqual([
    '| kafkajs: fetch, decode | 50 | 50.0% |',
    '| validate tickets | 25 | 25.0% |',
    '| engine | 25 | 25.0% |',
    '| **together** | **100** | |',
    '| outside kafkajs and parsing | 25 | 25.0% |',
  ]);
});

test('libraries that cost next to nothing are one row', () => {
  const libraries = { zod: 4, kafkajs: 990, pino: 5, hono: 1 };
  expect(rowsOf(librariesTable({ ...report, libraries }))).toEqual([
    '| kafkajs | 990 | 99.0% |',
    '| 3 others | 10 | 1.0% |',
  ]);
  expect(librariesTable(report)).toBeUndefined();
});
