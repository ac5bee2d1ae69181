import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@client-tickets/micro-batch';
import { describe, expect, it } from 'vitest';
import { acquireFolderLock } from '../src/folder-lock.ts';
import { judgeHolder, thisProcess, type LockHolder } from '../src/lock-holder.ts';
import { leaveLock } from '../src/testing/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A clock for which no wait is acceptable. */
const atOnce: Clock = {
  now: () => 0,
  monotonic: () => 0,
  sleep: () => Promise.reject(new Error('should not have waited')),
};

const acquire = (locks: string) => acquireFolderLock(locks, 'The folder', { clock: atOnce });

describe('a lock', () => {
  it('goes to one of many who see at once that its holder is gone', async () => {
    for (let round = 0; round < 20; round++) {
      const locks = join(temporaryFolder(), 'locks');
      leaveLock(locks, 1, { started: '1' });
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquire(locks)));
      const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(held).toHaveLength(1);
      await held[0]?.assertHeld();
      await held[0]?.release();
    }
  });

  it('is refused to a second holder in the same process, which it names', async () => {
    const locks = join(temporaryFolder(), 'locks');
    const lock = await acquire(locks);
    await expect(acquire(locks)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(`The folder is in use by this process, ${process.pid} on host`),
    });
    await lock.release();
    await (await acquire(locks)).release();
  });

  it('passes over names that no lock has, however large the number', async () => {
    const locks = temporaryFolder();
    for (const name of ['9007199254740992', '1'.repeat(200), '0', '-1', '1e3', 'readme']) {
      writeFileSync(join(locks, name), '');
    }
    const lock = await acquire(locks);
    expect(readdirSync(locks)).toContain('1');
    await lock.release();
  });

  it('refuses by name to count on from the largest number there is', async () => {
    const locks = temporaryFolder();
    const path = leaveLock(locks, 999_999_999_999, { released: true });
    await expect(acquire(locks)).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining(`${path} is no lock`),
    });
  });

  it.skipIf(process.platform === 'win32').each([
    ['pipe', 'ENOTFILE', (path: string) => execFileSync('mkfifo', [path])],
    ['link', 'ELOOP', (path: string) => symlinkSync('/etc/hostname', path)],
    ['huge file', 'EFBIG', (path: string) => writeFileSync(path, Buffer.alloc(65_537))],
  ])('refuses a %s in its place, with %s', async (_, code, make) => {
    const locks = temporaryFolder();
    make(join(locks, '5'));
    await expect(acquire(locks)).rejects.toMatchObject({ code });
    expect(readdirSync(locks)).toEqual(['5']);
  });

  it.skipIf(process.platform === 'win32')('is for its user alone', async () => {
    const locks = join(temporaryFolder(), 'locks');
    const lock = await acquire(locks);
    expect((statSync(locks).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(join(locks, '1')).mode & 0o777).toString(8)).toBe('600');
    await lock.release();
  });
});

describe('the holder of a lock', () => {
  const holder: LockHolder = { ...thisProcess('2026-01-01T00:00:00.000Z'), machine: 'here', started: '100' };
  const running = { started: '100' };

  it.each([
    ['runs, as its number and start say', holder, running, 'running'],
    ['is gone when there is no such process', holder, undefined, 'gone'],
    ['is gone when its number was given to a later process', holder, { started: '101' }, 'gone'],
    ['is gone when it has let go', { ...holder, released: true }, running, 'gone'],
    ['is unknown on another machine', { ...holder, machine: 'there' }, running, 'unknown'],
    ['is unknown when its start is not recorded', { ...holder, started: null }, running, 'unknown'],
    ['is unknown when the start cannot be read', holder, { started: null }, 'unknown'],
  ] as const)('%s', (_, of, found, verdict) => {
    expect(judgeHolder(of, 'here', () => found)).toBe(verdict);
  });
});
