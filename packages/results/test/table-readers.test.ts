import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryObjectStore, type MemoryObjects } from '@client-tickets/micro-batch/testing';
import { readTable } from '../src/index.ts';
import { parseMergedKey, parseRangeKey } from '../src/layout/result-keys.ts';
import { findDeltaRs, findDuckdbDelta, findSparkDelta } from './python-readers.ts';
import { topic } from './records.ts';
import { simulateTable } from './simulated-table.ts';

const script = join(import.meta.dirname, 'count_table.py');
const LOG = 'tickets/_delta_log/';
const SEEDS = [1, 2, 3];

interface Moment {
  readonly folder: string;
  readonly rows: number;
}

/** Tables as they were at random moments while consumers were killed, each in a folder of its own. */
const moments: Moment[] = [];
let checkpoints = 0;
let merged = 0;
let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'table-moments-'));
  for (const seed of SEEDS)
    await simulateTable({ seed, writers: 3, ranges: 25, crash: 0.02, error: 0.05 }, keepMoment);
});
afterAll(() => rm(root, { recursive: true }));

async function keepMoment(shared: MemoryObjects): Promise<void> {
  const { objects } = shared;
  const table = await readTable(createMemoryObjectStore('memory://results/', shared), {
    table: 'tickets',
    topic,
  });
  if (table === undefined) return;
  const folder = join(root, String(moments.length));
  const newest = Buffer.from(objects.get(`${LOG}_last_checkpoint`)?.body ?? '{"version":0}').toString();
  const needed = `${LOG}${String(Object(JSON.parse(newest)).version).padStart(20, '0')}`;
  for (const [key, { body }] of objects) {
    if (/\d{20}\.json$/.test(key) && key < needed) continue; // as if cleaned: readers have nothing but the checkpoint
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), body);
  }
  const rows = [...table.files.keys()].reduce((sum, key) => sum + rowsOf(key), 0);
  if (objects.has(`${LOG}_last_checkpoint`)) checkpoints += 1;
  if ([...table.files.keys()].some((key) => parseMergedKey('tickets', key) !== undefined)) merged += 1;
  moments.push({ folder: join(folder, 'tickets'), rows });
}

const rowsOf = (key: string): number => {
  const { range } = parseRangeKey('tickets', key) ?? parseMergedKey('tickets', key) ?? { range: undefined };
  return range === undefined ? NaN : Number(range.endOffset - range.startOffset);
};

describe('each ticket is counted once, at random moments while consumers are killed and files are merged,', () => {
  test.for([
    ['delta-rs', findDeltaRs, 1],
    ['duckdb', findDuckdbDelta, 1],
    ['spark', findSparkDelta, 12], // it takes some ten seconds for each
  ] as const)('by %s', async ([reader, find, every], context) => {
    expect(Math.min(checkpoints, merged)).toBeGreaterThanOrEqual(SEEDS.length);
    const found = await find();
    if ('missing' in found) {
      console.info(`packages/results: ${found.missing}, skipping the table for ${reader}`);
      return context.skip(found.missing);
    }
    const looked = moments.filter((_, nth) => (moments.length - 1 - nth) % every === 0);
    const { stdout } = await promisify(execFile)(
      found.python,
      [script, reader, ...looked.map(({ folder }) => folder)],
      { env: { ...process.env, ...found.environment } },
    );
    const counted: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(counted).toEqual(looked.map(({ rows }) => [rows, rows]));
  });
});
