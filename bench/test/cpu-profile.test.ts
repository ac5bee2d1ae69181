import { expect, test } from 'vitest';
import { timeByStage, type CpuProfile } from '../src/profile/cpu-profile.ts';
import { profileTable } from '../src/profile/profile-report.ts';

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
  expect(Object.fromEntries(timeByStage(profile, ownFile))).toEqual({
    engine: 1,
    'kafkajs: fetch, decode': 6,
    'collect garbage': 8,
    'load modules, start': 32,
  });
});

test('the table shows the largest first, and what is left outside kafkajs and parsing', () => {
  const table = profileTable({
    kind: 'profile',
    startedAt: '',
    circumstances: { cores: 2, cpu: '', memoryGigabytes: 1, node: '', commit: '', loadAverage: 0 },
    workload: { name: '', tickets: 1, maxOffsetsPerTrigger: 0, malformedPercent: 0 },
    place: '',
    threads: 1,
    wallSeconds: 1,
    cpuSeconds: 1,
    stages: { engine: 25, 'kafkajs: fetch, decode': 50, 'validate tickets': 25 },
  });
  const rows = table.split('\n').map((line) => line.replaceAll(/ +/g, ' '));
  expect(rows.slice(2)).toEqual([
    '| kafkajs: fetch, decode | 50 | 50.0% |',
    '| validate tickets | 25 | 25.0% |',
    '| engine | 25 | 25.0% |',
    '| **together** | **100** | |',
    '| outside kafkajs and parsing | 25 | 25.0% |',
  ]);
});
