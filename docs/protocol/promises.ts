import type { World } from './protocol.ts';

/** What is wrong with a world, in words; `undefined`: nothing. */
export function brokenPromise({ checkpoint, files }: World): string | undefined {
  const { counts, counted, stored } = checkpoint;
  const wrong = counts.findIndex((count, record) => count !== (record < counted ? 1 : 0));
  if (wrong !== -1) return `record ${wrong} is counted ${counts[wrong]} times, with counted at ${counted}`;
  for (const { start, end, records } of files) {
    const name = `the file of ${start}–${end - 1}`;
    if (end > counted) return `${name} holds what is not counted`;
    const isWhole =
      records.length === end - start && records.every((record, index) => record === start + index);
    if (!isWhole) return `${name} holds ${records.join(', ') || 'nothing'}`;
  }
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    if (next !== undefined && next.start < file.end) return `record ${next.start} is in two files`;
  }
  const inFiles = new Set(files.flatMap(({ records }) => records));
  for (let record = 0; record < stored; record += 1)
    if (!inFiles.has(record)) return `record ${record} is in no file, with stored at ${stored}`;
  return undefined;
}

/** What is wrong with a step from one world to the next. */
export function brokenStep(before: World, after: World): string | undefined {
  for (const frontier of ['counted', 'stored'] as const)
    if (after.checkpoint[frontier] < before.checkpoint[frontier])
      return `${frontier} goes back from ${before.checkpoint[frontier]} to ${after.checkpoint[frontier]}`;
  return undefined;
}

/** Everything is counted and in files. */
export function isDone({ checkpoint: { counts, counted, stored, plan } }: World): boolean {
  return counted === counts.length && stored === counts.length && plan === null;
}
