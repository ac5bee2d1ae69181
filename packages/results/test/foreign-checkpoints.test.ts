import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryObjectStore, ManualClock, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { ticketQuery } from '@client-tickets/tickets';
import { optimizeTable, readTable } from '../src/index.ts';
import { findPythonReaders } from './python-readers.ts';
import { topic } from './records.ts';
import { openTable, storeTickets } from './simulated-table.ts';

const SCRIPT = join(import.meta.dirname, 'write_checkpoint.py');
const TABLE = { table: 'tickets', topic };
const TICKETS = 4;
const FILES = 3;

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'foreign-checkpoints-'));
});
afterAll(() => rm(root, { recursive: true }));

const open = (objects: MemoryObjects) => createMemoryObjectStore('memory://results/', objects);

/** Adds as many files as there are in a table, a commit each. */
async function addFiles(objects: MemoryObjects, from: number): Promise<void> {
  const { writer } = openTable(open(objects), { checkpointEvery: 1_000 });
  for (let file = from; file < from + FILES; file += 1) {
    const stored = await storeTickets(objects, 0, BigInt(file * TICKETS), TICKETS);
    await writer.commit(new Map([[0, { endOffset: stored.endOffset, recent: [stored] }]]));
  }
}

async function save({ objects }: MemoryObjects, folder: string): Promise<void> {
  for (const [key, { body }] of objects) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), body);
  }
}

async function load(folder: string): Promise<MemoryObjects> {
  const objects = new MemoryObjects();
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile()) objects.write(path.slice(folder.length + 1), await readFile(path));
  }
  return objects;
}

describe('a log that another program has put into a checkpoint, and whose commits are gone,', () => {
  test.for([
    [1, 'as delta-rs has it'],
    [1, 'gzip'],
    [2, 'zstd'],
    [3, 'snappy'],
    [1, 'none'],
  ] as const)('is read, written to and optimized: in %i, compressed: %s', async ([parts, codec], context) => {
    const readers = await findPythonReaders();
    if ('missing' in readers) {
      console.info(`packages/results: ${readers.missing}, skipping checkpoints of another program`);
      return context.skip(readers.missing);
    }
    const folder = join(root, `${parts}-${codec.replaceAll(' ', '-')}`);
    const before = new MemoryObjects();
    await addFiles(before, 0);
    await save(before, folder);
    const { stdout } = await promisify(execFile)(readers.python, [
      SCRIPT,
      join(folder, 'tickets'),
      String(parts),
      codec,
    ]);
    expect(JSON.parse(stdout)).toBe(FILES * TICKETS);

    const after = await load(folder);
    const table = await readTable(open(after), TABLE);
    expect([table?.version, table?.files.size]).toEqual([FILES - 1, FILES]);
    await addFiles(after, FILES);
    const clock = new ManualClock();
    const options = { ...TABLE, query: ticketQuery, hasExtra: false, results: open(after), clock };
    const report = await optimizeTable({ ...options, targetBytes: 1024 * 1024 });
    expect(report).toMatchObject({ removed: { files: 2 * FILES }, added: { files: 1 }, problems: [] });
    const { checkpoints } = openTable(open(after), { clock });
    await checkpoints.write(2 * FILES);
    expect((await readTable(open(after), TABLE))?.files.size).toBe(1);
    expect((await readTable(open(after), TABLE))?.ends).toEqual(new Map([[0, BigInt(2 * FILES * TICKETS)]]));
  });

  test('is refused by name where that can not be read, with what to do', async () => {
    const objects = new MemoryObjects();
    await addFiles(objects, 0);
    const log = 'tickets/_delta_log/';
    const last = `${log}${'2'.padStart(20, '0')}`;
    for (const key of objects.objects.keys()) if (key.startsWith(log) && key !== `${last}.json`) objects.objects.delete(key); // prettier-ignore
    objects.write(`${log}_last_checkpoint`, '{"version":1,"size":4,"parts":2}');
    const read = readTable(open(objects), TABLE);
    await expect(read).rejects.toThrow('0000000001.0000000002.parquet is not there');
    await expect(read).rejects.toThrow('DeltaTable(…).create_checkpoint()');
  });
});
