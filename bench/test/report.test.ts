import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fillSections } from '../src/report/fill-sections.ts';
import { readSections } from '../src/report/sections.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the numbers of docs/performance.md are those of the newest results', async () => {
  const document = await readFile(join(ROOT, 'docs/performance.md'), 'utf8');
  const sections = await readSections(join(ROOT, 'bench/results'), '../bench/results');
  expect(fillSections(document, sections), 'out of date: pnpm bench:report').toBe(document);
});

test('a section gets its text, whatever was in it, and all around it stays', () => {
  const text = (section: string) => `text of ${section}`;
  const filled = fillSections('a\n<!-- bench:x -->\nold\nlines\n<!-- /bench:x -->\nb\n', text);
  expect(filled).toBe('a\n<!-- bench:x -->\n\ntext of x\n\n<!-- /bench:x -->\nb\n');
  expect(fillSections(filled, text)).toBe(filled);
});

test('a section that nobody knows is named', () => {
  expect(() => fillSections('<!-- bench:y -->\n<!-- /bench:y -->', () => undefined)).toThrow(
    /no section called y/,
  );
});
