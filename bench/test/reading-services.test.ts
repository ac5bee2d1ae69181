import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBatches } from '../src/batch-log.ts';
import { imageMallocSettings, imageNodeFlags } from '../src/consumer-settings.ts';
import { markdownTable } from '../src/markdown-table.ts';
import { uiUrl } from '../src/pipeline-ui-url.ts';
import { percentile } from '../src/spread.ts';

test('batches are read from the log, and a line that is half written is left for later', () => {
  const line = JSON.stringify({
    level: 'info',
    time: '2026-01-01T00:00:00.250Z',
    batchId: 7,
    rows: 12,
    offsets: '0: 100→150  2: 80→97',
    durationMs: { triggerExecution: 31.5 },
    msg: 'micro-batch',
  });
  const expected = {
    batchId: 7,
    at: Date.parse('2026-01-01T00:00:00.250Z'),
    rows: 12,
    durationMs: 31.5,
    ends: [
      { partition: '0', end: 150 },
      { partition: '2', end: 97 },
    ],
  };
  expect(readBatches(`something else\n${line}\n${line.slice(0, 40)}`)).toEqual([expected]);
});

test('the address of the pipeline UI is in the log', () => {
  expect(uiUrl('{"url":"http://127.0.0.1:4000/","msg":"the pipeline UI is ready"}\n')).toBe(
    'http://127.0.0.1:4000/',
  );
  expect(uiUrl('nothing yet')).toBeUndefined();
});

test('Node gets the flags of the image, from its environment and its command', () => {
  const dockerfile =
    'ENV NODE_ENV=production NODE_OPTIONS="--enable-source-maps --max-http-header-size=1"\nCMD ["node", "--expose-gc", "dist/main.js"]\n';
  expect(imageNodeFlags(dockerfile)).toEqual([
    '--enable-source-maps',
    '--max-http-header-size=1',
    '--expose-gc',
  ]);
  expect(imageNodeFlags('CMD ["node", "dist/main.js"]\n')).toEqual([]);
});

test('a measured consumer allocates as that of the image does', async () => {
  const dockerfile = await readFile(join(import.meta.dirname, '../../Dockerfile.consumer'), 'utf8');
  expect(imageMallocSettings(dockerfile)).toEqual({
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: '262144',
  });
  expect(imageMallocSettings('# MALLOC is not set\nENV NODE_ENV=production\n')).toEqual({});
});

test('the image names an exact version of Node.js, where set-up looks for it', async () => {
  const dockerfile = await readFile(join(import.meta.dirname, '../../Dockerfile.consumer'), 'utf8');
  expect([...dockerfile.matchAll(/^FROM node:([\d.]+)-/gm)].at(-1)?.[1]).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100]);
  expect(percentile([], 0.5)).toBeNaN();
});

test('the columns of a table are as wide as their widest cell', () => {
  expect(markdownTable(['', 'wall, s'], [['Client Tickets', '1']])).toBe(
    ['|                | wall, s |', '| -------------- | ------- |', '| Client Tickets | 1       |'].join(
      '\n',
    ),
  );
});
