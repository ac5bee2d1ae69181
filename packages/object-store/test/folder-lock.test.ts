import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { leaveLock } from '@client-tickets/local-folder/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { recordingClock } from './recording-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CHILD = fileURLToPath(new URL('lock-child.ts', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

interface Child {
  readonly process: ChildProcess;
  /** The next line it says. */
  said(): Promise<unknown>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

function startChild(...args: string[]): Child {
  const process_ = spawn(process.execPath, ['--import', TSX, CHILD, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (process_.exitCode !== null || process_.signalCode !== null) return;
    const ended = once(process_, 'exit');
    process_.kill(signal);
    await ended;
  };
  onTestFinished(() => kill('SIGKILL'));
  return {
    process: process_,
    said: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the child ended without a word');
      return JSON.parse(value);
    },
    kill,
  };
}

/** A clock for which no wait is acceptable. */
const atOnce = recordingClock(() => {
  throw new Error('should not have waited');
});

describe('a folder that another process has open', () => {
  it('is refused by name, also while that process is stopped, but may be read', async () => {
    const folder = temporaryFolder();
    const child = startChild(folder);
    expect(await child.said()).toEqual({ opened: true, awsSdk: false });
    const refusal = {
      code: 'refused',
      message: expect.stringMatching(
        new RegExp(`^file://${folder}/ is in use by process ${child.process.pid} on host .*S3`),
      ),
    };
    await expect(openObjectStore(folder, { clock: atOnce })).rejects.toMatchObject(refusal);
    child.process.kill('SIGSTOP');
    await expect(openObjectStore(folder, { clock: atOnce })).rejects.toMatchObject(refusal);

    const reader = await openObjectStore(folder, { readOnly: true });
    expect(await reader.get('a')).toBeUndefined();
    await reader.close();
  });

  it('is free at once when that process was killed', async () => {
    const folder = temporaryFolder();
    const child = startChild(folder);
    await child.said();
    await child.kill('SIGKILL');
    const store = await openObjectStore(folder, { clock: atOnce });
    expect(readdirSync(locksOf(folder))).toEqual(['2']);
    await store.close();
  });

  it('is free at once when that process has closed it', async () => {
    const folder = temporaryFolder();
    const child = startChild(folder);
    await child.said();
    await child.kill('SIGTERM');
    await (await openObjectStore(folder, { clock: atOnce })).close();
    expect(readdirSync(locksOf(folder))).toHaveLength(1);
  });

  it.skipIf(process.platform === 'win32')(
    'is free at once when that process found the disk full',
    async () => {
      const folder = temporaryFolder();
      // No file may grow; a write fails as on a full disk.
      const limited = 'ulimit -f 0; exec "$0" --import "$1" "$2" "$3"';
      const { stdout } = spawnSync('bash', ['-c', limited, process.execPath, TSX, CHILD, folder], {
        encoding: 'utf8',
      });
      expect(JSON.parse(stdout)).toEqual({ refused: expect.stringContaining('could not open the folder') });
      expect(readdirSync(locksOf(folder))).toEqual([]);
      await (await openObjectStore(folder, { clock: atOnce })).close();
    },
  );

  it('goes to one of several processes that want it when its holder is dead', async () => {
    const folder = temporaryFolder();
    leaveLock(locksOf(folder), 7, { started: '1' });
    const children = [startChild(folder), startChild(folder), startChild(folder)];
    const answers = await Promise.all(children.map((child) => child.said()));
    expect(answers.filter((answer) => JSON.stringify(answer).includes('opened'))).toHaveLength(1);
    expect(answers.filter((answer) => JSON.stringify(answer).includes('is in use by'))).toHaveLength(2);
  });

  it.each([1, 6])('holds a whole object after a kill -9 in the middle of swap %d or later', async (swaps) => {
    const folder = temporaryFolder();
    const child = startChild(folder, 'counts/a.json');
    await child.said();
    for (let n = 1; n <= swaps; n++) expect(await child.said()).toEqual({ version: n });
    await child.kill('SIGKILL');
    const store = await openObjectStore(folder, { clock: atOnce });
    const found = await store.get('counts/a.json');
    const text = Buffer.from(found?.body ?? []).toString();
    expect(Number(text)).toBeGreaterThanOrEqual(swaps);
    expect(found?.metadata).toEqual({ version: text });
    await store.close();
  });
});

describe('a folder that this process has open', () => {
  it('can be opened again, by any name, and is let go with the last store', async () => {
    const folder = temporaryFolder();
    const other = join(temporaryFolder(), 'link');
    symlinkSync(folder, other);
    const first = await openObjectStore(folder, { clock: atOnce });
    const second = await openObjectStore(other, { clock: atOnce });
    const results = await Promise.all(
      [first, second, first, second].map((store, n) => store.putIfAbsent('a', Buffer.from(`${n}`))),
    );
    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
    await first.close();
    await first.close();
    expect(await startChild(folder).said()).toHaveProperty('refused');
    await second.put('b', Buffer.from(''));
    await second.close();
    expect(await startChild(folder).said()).toHaveProperty('opened');
  });

  it('may hold another location, which has a lock of its own', async () => {
    const folder = temporaryFolder();
    const results = await openObjectStore(folder);
    const checkpoints = await openObjectStore(join(folder, 'checkpoints'));
    await checkpoints.put('query.json', Buffer.from('{}'));
    await results.put('a.json', Buffer.from('{}'));
    await results.close();
    expect(await startChild(folder).said()).toHaveProperty('opened');
    expect(await startChild(join(folder, 'checkpoints')).said()).toHaveProperty('refused');
    await checkpoints.close();
  });

  it('is no longer written once another process has taken it over', async () => {
    const folder = temporaryFolder();
    const store = await openObjectStore(folder);
    await store.put('a', Buffer.from('1'));
    leaveLock(locksOf(folder), 2, { pid: 4711, host: 'elsewhere', machine: 'elsewhere' });
    const refusal = {
      code: 'refused',
      message: expect.stringContaining('taken over by process 4711 on host elsewhere'),
    };
    await expect(store.put('a', Buffer.from('2'))).rejects.toMatchObject(refusal);
    await expect(store.delete('a')).rejects.toMatchObject(refusal);
    expect(Buffer.from((await store.get('a'))?.body ?? []).toString()).toBe('1');
    await store.close();
    expect(readdirSync(locksOf(folder))).toContain('2');
  });
});

describe('a folder whose holder cannot be asked', () => {
  it('is refused as soon as the holder gives a sign of life', async () => {
    const folder = temporaryFolder();
    const path = leaveLock(locksOf(folder), 3, { pid: 1, host: 'container', machine: 'another kernel' });
    const clock = recordingClock((count) => {
      if (count === 3) utimesSync(path, count, count);
    });
    await expect(openObjectStore(folder, { clock })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('is in use by process 1 on host container'),
    });
    expect(clock.waits).toHaveLength(3);
  });

  it.each([
    ['another machine', { machine: 'another kernel' }],
    ['a system that tells no start times', { started: null, pid: process.pid }],
  ])('is taken over from %s after ten seconds without one', async (_, holder) => {
    const folder = temporaryFolder();
    leaveLock(locksOf(folder), 3, holder);
    const clock = recordingClock();
    const store = await openObjectStore(folder, { clock });
    expect(clock.now()).toBe(10_000);
    await store.put('a', Buffer.from(''));
    await store.close();
  });

  it('is taken at once when the holder lets go meanwhile', async () => {
    const folder = temporaryFolder();
    leaveLock(locksOf(folder), 3, { machine: 'another kernel' });
    const clock = recordingClock(() => {
      leaveLock(locksOf(folder), 3, { machine: 'another kernel', released: true });
    });
    await (await openObjectStore(folder, { clock })).close();
    expect(clock.waits).toHaveLength(1);
  });

  it.each(['', '{', 'null', '{"pid":"1"}'])(
    'is taken over after a wait when its lock is damaged: %j',
    async (text) => {
      const folder = temporaryFolder();
      writeFileSync(leaveLock(locksOf(folder), 3), text);
      const clock = recordingClock();
      await (await openObjectStore(folder, { clock })).close();
      expect(clock.now()).toBe(10_000);
    },
  );
});

function locksOf(folder: string): string {
  return join(folder, '.object-store', 'locks');
}
