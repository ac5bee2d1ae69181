import { dirname } from 'node:path';
import { errorCode, makeFolder, readSmallFile, replaceFile } from '@client-tickets/local-folder';

/*
 * How far a group is done, as JSON: {"0":"600","1":"580"}. For people who look at lag; nothing depends on it, so a file that
 * cannot be understood counts as an empty one.
 */

export async function readCommittedOffsets(path: string): Promise<ReadonlyMap<number, bigint>> {
  let text;
  try {
    text = (await readSmallFile(path)).toString();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Map();
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
  await makeFolder(dirname(path));
  await replaceFile(path, `${JSON.stringify(Object.fromEntries(entries))}\n`);
}
