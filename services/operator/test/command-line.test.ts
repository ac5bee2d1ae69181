import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openObjectStore } from '@client-tickets/object-store';
import { createFolderLocation, type FolderLocation } from './support/folder-location.ts';
import { readCommand } from '../src/cli/read-command.ts';
import { runHere } from './support/run-here.ts';
import { runTickets, runWithoutReader, type Finished } from './support/run-tickets.ts';

let location: FolderLocation;

beforeEach(async () => {
  location = await createFolderLocation();
});

afterEach(() => location.remove());

/** In this process, which is quicker. */
const tickets = (...args: readonly string[]): Promise<Finished> => runHere(args, environment());

/** As its user runs it. */
const program = (...args: readonly string[]): Promise<Finished> => runTickets(args, environment());

const environment = (): Readonly<Record<string, string>> => ({
  RESULTS_PATH: location.results,
  CHECKPOINT_PATH: location.checkpoints,
});

describe('commands that only read', () => {
  test('end as they would when the reader of their output has gone', async () => {
    expect(await runWithoutReader(['verify', '--no-brokers'], environment())).toEqual({
      code: 0,
      stderr: '',
    });
  });

  test('prove, show and plan, and change nothing', async () => {
    const before = await location.snapshot();

    const verify = await program('verify', '--no-brokers');
    expect(verify).toMatchObject({ code: 0, stderr: '' });
    expect(verify.stdout).toContain('✔ 30 tickets and 3 dead letters: nothing is lost');
    const { stdout, code } = await tickets('verify', '--no-brokers', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      query: { id: 'query-of-a-test' },
      partitions: [
        { partition: 0, firstOffset: '0', endOffset: '17', rows: 15, deadLetters: 2 },
        { partition: 1, firstOffset: '0', endOffset: '16', rows: 15, deadLetters: 1 },
      ],
      differences: [],
    });

    const status = await tickets('status');
    expect(status.code).toBe(0);
    expect(status.stdout).toContain('30 tickets, 3 dead letters');
    expect(status.stdout).toContain('the lag is not known');
    expect(status.stdout).toContain('no hour is final yet, up to 1 hour open in a partition, 0 tickets late');
    const offsets = await tickets('status', '--offsets');
    expect(offsets.stdout).toBe('{"client_tickets":{"0":17,"1":16}}\n');

    const list = await tickets('dead-letters', 'list', '--json');
    const letters = list.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { partition: number; offset: string });
    expect(letters.map(({ partition, offset }) => `${partition}:${offset}`)).toEqual(['0:2', '0:15', '1:8']);
    expect((await tickets('dead-letters', 'list', '--reason', 'no such reason')).stdout).toBe(
      '0 dead letters\n',
    );
    expect((await tickets('dead-letters', 'show', '1:8')).stdout).toContain('00000000  7b');
    expect((await tickets('dead-letters', 'show', '1:8', '--raw')).stdout).toBe('{');

    const dryRun = await tickets(
      'dead-letters',
      'requeue',
      '1:8',
      '--dry-run',
      '--force',
      '--patch',
      '{"type":"BILLING"}',
    );
    expect(dryRun.stdout).toContain('1:8 (no ticket): {"type":"BILLING"}\nnothing was sent');

    const insufficient = await tickets(
      'dead-letters',
      'requeue',
      '1/8',
      '--dry-run',
      '--patch',
      '{"type":"BILLING"}',
    );
    expect(insufficient.code).toBe(1);
    expect(insufficient.stdout).toContain('✘ 1:8 would be a dead letter again');

    const plan = await tickets('plan');
    expect(plan.code).toBe(1);
    expect(plan.stdout).toContain('query query-of-a-test of client_tickets');
    expect(plan.stdout).toContain('✘ a start would wait a minute for the brokers and then fail');

    const reset = await tickets('reset');
    expect(reset.code).toBe(1);
    expect(reset.stdout).toContain('nothing was deleted; --yes deletes without asking');
    const rebuild = await tickets('rebuild-checkpoint', '--no-brokers');
    expect(rebuild.code).toBe(1);
    expect(rebuild.stderr).toContain('nothing is lost');

    expect(await location.snapshot()).toEqual(before);
  });

  test('end with 1 and name what is wrong with the results', async () => {
    const folder = join(location.results, 'tickets/partition=0');
    const [first = ''] = (await readdir(folder)).filter((name) => name.endsWith('.parquet'));
    await rm(join(folder, first));
    const text = await tickets('verify', '--no-brokers', '--wait', '0');
    expect(text.code).toBe(1);
    expect(text.stdout).toContain(`✘ file_missing tickets/partition=0/${first} is not there`);
    const json = await program('verify', '--no-brokers', '--wait', '0', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, differences: [{ code: 'file_missing' }] });
  });

  test('end with 1 where there is nothing, and say so', async () => {
    const nowhere = await runHere(['verify'], {
      RESULTS_PATH: '/no/such/folder',
      CHECKPOINT_PATH: '/no/such/folder',
    });
    expect(nowhere).toMatchObject({ code: 1, stdout: '' });
    expect(nowhere.stderr).toContain('there is no such folder');
    const status = await tickets('status', '--topic', 'other');
    expect(status.code).toBe(1);
    expect(status.stderr).toContain('holds no query of topic other');
    const letter = await tickets('dead-letters', 'show', '1:7');
    expect(letter.code).toBe(1);
    expect(letter.stderr).toContain('holds no dead letter 1:7');
  });

  test('end with 2 when the command line or a setting is wrong', async () => {
    const wrong: readonly (readonly string[])[] = [
      [],
      ['prove'],
      ['verify', '--wait', 'long'],
      ['dead-letters', 'show', '1-8'],
      ['dead-letters', 'requeue'],
      ['dead-letters', 'requeue', '1:8', '--all'],
      ['dead-letters', 'requeue', '1:8', '--patch', '{'],
      ['reset', '--starting-offsets', 'sometime'],
      ['reset', '--starting-timestamp', 'sometime'],
      ['reset', '--starting-offsets', 'latest', '--starting-timestamp', '2026-11-26'],
    ];
    for (const args of wrong) {
      let said = '';
      const line = readCommand(args, { writeErr: (text) => (said += text) });
      expect([args, line.kind, said === '']).toEqual([args, 'wrong', false]);
    }
    const finished = await Promise.all([program('prove'), program('plan', '--trigger', 'never')]);
    expect(finished.map(({ code }) => code)).toEqual([2, 2]);
    expect(finished.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining("unknown command 'prove'"),
      expect.stringContaining('TRIGGER: expected'),
    ]);
  });

  test('explain themselves', async () => {
    const commands = [
      'verify',
      'status',
      'plan',
      'dead-letters',
      'accept-data-loss',
      'reset',
      'rebuild-checkpoint',
    ];
    const help = await program('--help');
    expect(help.code).toBe(0);
    for (const command of commands) expect(help.stdout).toContain(`\n  ${command} `);
    expect(help.stdout).toContain('CHECKPOINT_PATH');
  });
});

describe('commands that write', () => {
  test('decide about a data loss, once they are asked to', async () => {
    expect((await tickets('accept-data-loss')).stdout).toContain('nothing is stopped for data loss');
    const path = join(location.checkpoints, 'client_tickets/partition-0.json');
    const stop =
      '{"reason":"replaced","startOffset":"3","endOffset":"17","at":"2026-11-22T09:30:00.000Z","decision":null}';
    const before = await readFile(path, 'utf8');
    expect(before).toContain('"stopped": null');
    await writeFile(path, before.replace('"stopped": null', `"stopped": ${stop}`));

    const asked = await tickets('accept-data-loss', '--from', 'latest');
    expect(asked.code).toBe(1);
    expect(asked.stdout).toContain('partition 0: offsets 3–16 replaced, stopped on 2026-11-22T09:30:00.000Z');
    expect(await readFile(path, 'utf8')).toContain('"decision":null');
    expect((await tickets('accept-data-loss', '--partition', '1', '--yes')).stdout).toContain(
      'nothing is stopped',
    );

    const decided = await tickets('accept-data-loss', '--from', 'latest', '--yes');
    expect(decided.code).toBe(0);
    expect(decided.stdout).toContain('✔ partition 0 goes on from latest at the next start');
    expect(await readFile(path, 'utf8')).toContain('"decision":"latest"');
  });

  test('make a lost checkpoint again, and what they made is proven', async () => {
    await rm(location.checkpoints, { recursive: true });
    const rebuild = await tickets('rebuild-checkpoint', '--no-brokers');
    expect(rebuild).toMatchObject({ code: 0, stderr: '' });
    expect(rebuild.stdout).toContain('✔ written to');
    expect((await tickets('verify', '--no-brokers')).code).toBe(0);
  });

  test('reset on demand', async () => {
    const reset = await program('reset', '--yes');
    expect(reset).toMatchObject({ code: 0, stderr: '' });
    expect(reset.stdout).toContain('✔ query query-of-a-test of client_tickets is deleted');
    expect(
      (await readdir(location.results, { recursive: true })).filter((name) => /\.(json|parquet)$/.test(name)),
    ).toEqual([]);
    expect((await tickets('reset', '--yes')).stdout).toContain('there is nothing of client_tickets');
  });

  test('are refused while a consumer has the folders', async () => {
    const held = await openObjectStore(location.checkpoints);
    try {
      const before = await location.snapshot();
      for (const args of [
        ['reset', '--yes'],
        ['reset', '--yes', '--force'],
      ]) {
        const refused = await program(...args);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toContain(`is in use by process ${process.pid}`);
      }
      expect([...(await location.snapshot()).keys()].filter((key) => !key.includes('lock'))).toEqual(
        [...before.keys()].filter((key) => !key.includes('lock')),
      );
    } finally {
      await held.close();
    }
  });
});
