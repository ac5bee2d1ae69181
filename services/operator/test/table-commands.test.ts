import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCommand } from '../src/cli/read-command.ts';
import { createFolderLocation, type FolderLocation } from './support/folder-location.ts';
import { runHere } from './support/run-here.ts';
import type { Finished } from './support/run-tickets.ts';

let location: FolderLocation;

beforeEach(async () => {
  location = await createFolderLocation();
});

afterEach(() => location.remove());

const tickets = (...args: readonly string[]): Promise<Finished> =>
  runHere(args, { RESULTS_PATH: location.results, CHECKPOINT_PATH: location.checkpoints });

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(location.results, folder), { recursive: true });
  return names.filter((name) => name.endsWith('.parquet')).sort();
}

/** As if all that was removed from the table had been so in 1970. */
async function ageRemovals(): Promise<void> {
  const log = join(location.results, 'tickets/_delta_log');
  for (const name of await readdir(log)) {
    const text = await readFile(join(log, name), 'utf8');
    await writeFile(join(log, name), text.replaceAll(/"deletionTimestamp":\d+/g, '"deletionTimestamp":0'));
  }
}

test('optimize makes a table where it is asked to, merges its files, and has nothing to do the next time', async () => {
  const before = await location.snapshot();
  const refused = await tickets('optimize');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('`tickets optimize --init` makes one');
  expect(await location.snapshot()).toEqual(before);

  const made = await tickets('optimize', '--init', '--target-size', '1 MB');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toContain('8 files added to the table');
  expect(made.stdout).toMatch(/✔ 8 files with [\d,]+ bytes became 2 with [\d,]+ bytes/);
  expect(await filesIn('tickets/merged')).toHaveLength(2);
  const again = await tickets('optimize');
  expect(again.code).toBe(0);
  expect(again.stdout).toContain('nothing to merge: none of 2 files');
  expect(await tickets('verify', '--no-brokers')).toMatchObject({ code: 0 });
});

test('a dry run of optimize shows what would be merged, and writes nothing', async () => {
  await tickets('optimize', '--init', '--target-size', '1 B');
  const before = await location.snapshot();
  const { code, stdout } = await tickets('optimize', '--dry-run');
  expect(code).toBe(0);
  expect(stdout).toMatch(/partition.*small files.*merged files/);
  expect(await location.snapshot()).toEqual(before);
});

test('vacuum deletes small files that were merged long ago, once it is told to, and verify takes the merged ones for them', async () => {
  await tickets('optimize', '--init');
  expect((await tickets('vacuum', '--retain', '1h', '--yes')).stdout).toContain('nothing to delete');
  await ageRemovals();
  const before = await location.snapshot();
  const dryRun = await tickets('vacuum', '--dry-run');
  expect(dryRun.code).toBe(0);
  expect(dryRun.stdout).toMatch(/8 files with [\d,]+ bytes that no version of the last 168 hours needs/);
  expect((await tickets('vacuum')).code).toBe(1); // the question was answered with no
  expect(await location.snapshot()).toEqual(before);

  expect((await tickets('vacuum', '--yes')).stdout).toContain('✔ 8 files deleted');
  expect(await filesIn('tickets')).toHaveLength(2);
  const verified = await tickets('verify', '--no-brokers');
  expect(verified.stdout).toContain('✔ 30 tickets and 3 dead letters: nothing is lost');
});

test('optimize drops the JSON files of what was merged where it is asked to, and verify says so', async () => {
  await tickets('optimize', '--init');
  const dropped = await tickets('optimize', '--drop-json');
  expect(dropped).toMatchObject({ code: 0, stderr: '' });
  expect(dropped.stdout).toContain('✔ 8 JSON files deleted');
  expect(await readdir(join(location.results, 'tickets_json/partition=0'))).toEqual([]);
  await ageRemovals();
  for (const step of [
    ['status', '--no-brokers'],
    ['vacuum', '--yes'],
  ]) {
    expect(await tickets(...step)).toMatchObject({ code: 0 });
    const verified = await tickets('verify', '--no-brokers');
    expect(verified.stdout).toContain('✔ 30 tickets and 3 dead letters: nothing is lost');
    expect(verified.stdout).toContain('30 tickets are in no JSON file');
  }
});

test('vacuum refuses to retain less than an hour, and what is no time', () => {
  for (const retain of ['59m', '0h', '30 minutes', 'soon']) {
    let said = '';
    const written = { writeErr: (text: string) => (said += text) };
    expect(readCommand(['vacuum', '--retain', retain], written)).toEqual({ kind: 'wrong' });
    expect(said).toContain('at least 1h');
  }
});
