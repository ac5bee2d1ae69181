import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkJars } from '../src/install.ts';

const sum = (text: string): string => createHash('sha256').update(text).digest('hex');
const SUMS = `${sum('a')}  a.jar\n${sum('b')}  b.jar\n`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jars-'));
  await writeFile(join(folder, 'a.jar'), 'a');
  await writeFile(join(folder, 'b.jar'), 'b');
});
afterEach(() => rm(folder, { recursive: true }));

test('jars that are as the list has them pass', async () => {
  await expect(checkJars(folder, SUMS)).resolves.toBeUndefined();
});

test('a jar with other bytes is refused by name', async () => {
  await writeFile(join(folder, 'b.jar'), 'c');
  await expect(checkJars(folder, SUMS)).rejects.toThrow(
    `b.jar: expected sha256 ${sum('b')}, found ${sum('c')}`,
  );
});

test('a jar that is missing is refused by name', async () => {
  await rm(join(folder, 'a.jar'));
  await expect(checkJars(folder, SUMS)).rejects.toThrow('a.jar');
});

test('a jar that is not on the list is refused by name', async () => {
  await writeFile(join(folder, 'more.jar'), 'c');
  await expect(checkJars(folder, SUMS)).rejects.toThrow('more.jar: expected sha256 (not on the list)');
});
