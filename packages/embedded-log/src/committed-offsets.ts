import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from './durable-file.ts';

/*
 * How far a group is done, as JSON: {"0":"600","1":"580"}. For people who look at lag; nothing depends on it, so it is
 * replaced in one step but not forced to the disk, and a file that cannot be understood counts as an empty one.
 */

export async function readCommittedOffsets(path: string): Promise<ReadonlyMap<number, bigint>> {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error;
  }
  return new Map(
    [...text.matchAll(/"(\d+)":"(\d+)"/g)].map(([, partition, offset]) => [
      Number(partition),
      BigInt(offset ?? 0),
    ]),
  );
}

export async function writeCommittedOffsets(
  path: string,
  offsets: ReadonlyMap<number, bigint>,
): Promise<void> {
  const entries = [...offsets].map(([partition, offset]) => [partition, offset.toString()] as const);
  const draft = `${path}.${process.pid}.draft`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, `${JSON.stringify(Object.fromEntries(entries))}\n`);
  await rename(draft, path);
}
