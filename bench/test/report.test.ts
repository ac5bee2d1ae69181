import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillSections } from '../src/report/fill-sections.ts';
import { readSections } from '../src/report/sections.ts';
import { saveResult } from '../src/results-folder.ts';
import { CIRCUMSTANCES } from './support/made-reports.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-report-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('sections are those of the newest result of their kind, and say so where there is none', async () => {
  const latency = (startedAt: string) => ({
    kind: 'latency' as const,
    startedAt,
    circumstances: CIRCUMSTANCES,
    seconds: 20,
    latencies: [],
  });
  await saveResult(folder, latency('2026-01-01T00:00:00.000Z'), '');
  await saveResult(folder, latency('2026-01-02T00:00:00.000Z'), '');
  const { textOf, picture } = await readSections(folder, '../results');
  expect(textOf('latency')).toContain(
    'From [latency-2026-01-02T000000.json](../results/latency-2026-01-02T000000.json).',
  );
  expect(textOf('growth')).toBe('Not measured yet: `pnpm bench growth`.');
  expect(textOf('speed')).toBeUndefined();
  expect(picture).toBeUndefined();
});

test('a section gets its text, whatever was in it, and all around it stays', () => {
  const text = (section: string) => `text of ${section}`;
  const filled = fillSections('a\n<!-- bench:x -->\nold\nlines\n<!-- /bench:x -->\nb\n', text);
  expect(filled).toBe('a\n<!-- bench:x -->\n\ntext of x\n\n<!-- /bench:x -->\nb\n');
  expect(fillSections(filled, text)).toBe(filled);
});

test('an unknown section is named', () => {
  expect(() => fillSections('<!-- bench:y -->\n<!-- /bench:y -->', () => undefined)).toThrow(
    /no section called y/,
  );
});
