import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RecordList, type SourceRecord } from '@client-tickets/micro-batch';
import { handleBatch } from '@client-tickets/micro-batch/testing';
import { createQueryHandler, MOST_HELD_BYTES } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolderLocation, type FolderLocation } from './support/folder-location.ts';
import { TOPIC } from './support/history.ts';
import { runHere } from './support/run-here.ts';
import type { Finished } from './support/run-tickets.ts';

let location: FolderLocation;
beforeEach(async () => {
  location = await createFolderLocation();
});
afterEach(() => location.remove());

const tickets = (...args: readonly string[]): Promise<Finished> =>
  runHere(['dead-letters', ...args], {
    RESULTS_PATH: location.results,
    CHECKPOINT_PATH: location.checkpoints,
  });

/** Adds the dead letters of these records to the results, from offset 900 of partition 0 on. */
async function addLetters(parts: readonly Partial<SourceRecord>[]): Promise<void> {
  const records = parts.map((part, index) => {
    return { offset: 900n + BigInt(index), timestamp: 0, key: null, value: null, ...part };
  });
  const handler = createQueryHandler(ticketQuery, { formats: ['json'] });
  const batch = {
    topic: TOPIC,
    partition: 0,
    startOffset: 900n,
    endOffset: 900n + BigInt(records.length),
    records: RecordList.of(records),
  };
  for (const { key, body } of (await handleBatch(handler, batch, handler.initialState)).files) {
    const path = join(location.results, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  }
}

const large = new Uint8Array(MOST_HELD_BYTES + 1).fill(0x7b);

describe('a dead letter that does not hold its record', () => {
  beforeEach(() =>
    addLetters([
      { value: large },
      { problem: "the record batch at offsets 901 to 909 can't be read: its gzip is damaged" },
      { key: large, value: Buffer.from('{') },
      { value: null },
    ]),
  );

  test('is never sent back, not even repaired or by force, and the command says what to do instead', async () => {
    for (const options of [['--force'], ['--force', '--patch', '{"type":"BILLING"}']]) {
      const { code, stdout } = await tickets('requeue', '0:900', '0:901', '0:902', '--dry-run', ...options);
      expect(code).toBe(1);
      expect(stdout).toContain(
        `✘ 0:900 can't be sent from here: its value of 1048577 bytes is in the topic alone, as dead letters hold up to 1048576. ` +
          `Read it there (rpk topic consume ${TOPIC} --partitions 0 --offset 900 --num 1`,
      );
      expect(stdout).toContain(
        '✘ 0:901 stands for a record batch that could not be read, so there is nothing to send',
      );
      expect(stdout).toContain("✘ 0:902 can't be sent from here: its key of 1048577 bytes");
      expect(stdout).not.toContain('--force sends it as it is');
      expect(stdout).toMatch(/nothing was sent\n$/);
    }
  });

  test('keeps no other one from being sent', async () => {
    const { stdout } = await tickets('requeue', '--all', '--partition', '0', '--force', '--dry-run');
    expect(stdout).toContain('✘ 0:900');
    expect(stdout).toContain('0:903 (no ticket): none (a tombstone)');
    expect(stdout).toContain('0:2 (no ticket): {');
  });

  test('is shown with what is known of it', async () => {
    expect((await tickets('show', '0:900')).stdout).toMatch(
      /value {5}1048577 bytes, which are in the topic alone \(more than 1048576\); SHA-256 [0-9a-f]{64}\n$/,
    );
    expect((await tickets('show', '0:901')).stdout).toContain('none (the record batch could not be read)');
    expect((await tickets('show', '0:902')).stdout).toContain(
      'key       1048577 bytes, which are in the topic alone',
    );
    expect((await tickets('show', '0:903')).stdout).toContain('none (a tombstone)');
  });

  test('has no raw bytes to write, and does not pass for an empty one', async () => {
    expect(await tickets('show', '0:900', '--raw')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('0:900 has no bytes here: 1048577 bytes, which are in the topic alone'),
    });
    expect(await tickets('show', '0:903', '--raw')).toMatchObject({ code: 0, stdout: '' });
  });
});
