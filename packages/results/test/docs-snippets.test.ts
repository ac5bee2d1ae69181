import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMemoryObjectStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { findPythonReaders } from './python-readers.ts';
import { openTable, storeTickets } from './simulated-table.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snippets-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the snippets of docs/results.md and of README.md run as they stand', async (context) => {
  const readers = await findPythonReaders();
  if ('missing' in readers) {
    console.info(`packages/results: ${readers.missing}, skipping the snippets of the pages`);
    return context.skip(readers.missing);
  }
  const objects = new MemoryObjects();
  const stored = await storeTickets(objects, 0, 0n, 40);
  await openTable(createMemoryObjectStore('memory://results/', objects)).writer.commit(
    new Map([[0, { endOffset: stored.endOffset, recent: [stored] }]]),
  );
  for (const [key, { body }] of objects.objects) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), body);
  }
  const script = join(import.meta.dirname, 'run_snippets.py');
  const pages = ['docs/results.md', 'README.md'].map((page) => join(import.meta.dirname, '../../..', page));
  const { stdout } = await promisify(execFile)(readers.python, [script, folder, ...pages]);
  const { ran, answers } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(ran).toEqual({ python: 4, sql: 1 });
  expect(answers[0].reduce((sum: number, [, count]: [string, number]) => sum + count, 0)).toBe(40);
});
