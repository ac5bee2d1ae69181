import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const inside = (folder: string): readonly string[] =>
  readdirSync(join(root, folder)).map((name) => join(folder, name));
const pages = [
  ...inside('.'),
  ...inside('docs'),
  ...['packages', 'services', 'deploy', 'tools', '.']
    .flatMap(inside)
    .map((folder) => join(folder, 'README.md')),
].filter((path) => path.endsWith('.md') && existsSync(join(root, path)));
const TOP = /^(?:packages|services|tools|e2e|bench|deploy|docs|notebooks|patches|examples|\.ci|\.github)\//;
const withoutCode = (text: string): string => text.replaceAll(/^( *)```.*?^\1```$/gms, '');

/** Where relative links lead, and what stands in backticks and begins with a folder of this repository. */
function mentionedPaths(page: string): readonly string[] {
  const text = withoutCode(readFileSync(join(root, page), 'utf8'));
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) =>
    join(dirname(page), link),
  );
  const named = [...text.matchAll(/`([\w./@-]+)`/g)].map(([, name = '']) => name);
  return [...links, ...named.filter((name) => TOP.test(name))];
}

test.each(pages)('%s names files that are there', (page) => {
  expect(mentionedPaths(page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('the pages are found, and so is what they name', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'docs/architecture.md']));
  expect(mentionedPaths('README.md')).toEqual(
    expect.arrayContaining(['docs/scaling.md', 'packages/tickets/src/ticket.ts']),
  );
});

/** What stands between fences, the language of the fence with it. */
const codeBlocks = (page: string): readonly string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```.*?^```$/gms)].map(([block]) => block);

test.each([
  ['README.md', 'README.fr.md'],
  ['docs/exercise.md', 'docs/exercise.fr.md'],
])('%s and %s have the same commands in the same order', (english, french) => {
  expect(codeBlocks(english).length).toBeGreaterThan(5);
  expect(codeBlocks(french)).toEqual(codeBlocks(english));
});
