import { compareAndSwap, type ObjectStore, type OffsetRange } from '@client-tickets/micro-batch';
import { z } from 'zod';
import { DROPPED_KEY, type PartitionRange } from '../layout/result-keys.ts';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ATTEMPTS = 20;

const offset = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);
const ranges = z.array(
  z
    .tuple([offset, offset])
    .transform(([startOffset, endOffset]): OffsetRange => ({ startOffset, endOffset })),
);
const record = z.strictObject({
  version: z.literal(1),
  partitions: z.record(z.string().regex(/^\d{1,9}$/), ranges),
});

/**
 * By partition, the offsets whose JSON files were dropped, as merged files hold their rows; ascending, with something between any two.
 * Where a JSON file of other offsets is not there, it was lost.
 */
export type DroppedJson = ReadonlyMap<number, readonly OffsetRange[]>;

/** Throws a `RangeError` when what is there is no such record. */
export async function readDroppedJson(results: ObjectStore): Promise<DroppedJson> {
  return (await read(results)).dropped;
}

/**
 * Notes files that are dropped. It comes before they are deleted: a process that ends in between has noted some that are there yet, and
 * none that is gone lacks its note. Rejects as the store does, or as `readDroppedJson` does.
 */
export async function noteDroppedJson(results: ObjectStore, files: readonly PartitionRange[]): Promise<void> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const { dropped, etag } = await read(results);
    const body = encode(withFiles(dropped, files));
    const put = { contentType: 'application/json' };
    if ((await compareAndSwap(results, DROPPED_KEY, body, etag, put)) !== undefined) return;
  }
  throw new Error(`${results.location}${DROPPED_KEY}: others were first ${MOST_ATTEMPTS} times in a row`);
}

/** Whether the JSON file of an offset was dropped. */
export function isDropped(dropped: DroppedJson, partition: number, offset: bigint): boolean {
  const its = dropped.get(partition) ?? [];
  return its.some(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset);
}

async function read(
  results: ObjectStore,
): Promise<{ readonly dropped: DroppedJson; readonly etag: string | undefined }> {
  const found = await results.get(DROPPED_KEY, { mostBytes: MOST_BYTES });
  if (found === undefined) return { dropped: new Map(), etag: undefined };
  try {
    const { partitions } = record.parse(JSON.parse(Buffer.from(found.body).toString()));
    const dropped = new Map(Object.entries(partitions).map(([name, its]) => [Number(name), its]));
    return { dropped, etag: found.etag };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(
      `${results.location}${DROPPED_KEY} can't be read: ${reason}. Restore it from a copy: it says which JSON files were dropped`,
      { cause: error },
    );
  }
}

function withFiles(dropped: DroppedJson, files: readonly PartitionRange[]): DroppedJson {
  const all = [
    ...[...dropped].flatMap(([partition, its]) => its.map((range) => ({ partition, ...range }))),
    ...files,
  ].sort((a, b) => a.partition - b.partition || (a.startOffset < b.startOffset ? -1 : 1));
  const united = new Map<number, OffsetRange[]>();
  for (const { partition, startOffset, endOffset } of all) {
    const its = united.get(partition) ?? [];
    united.set(partition, its);
    const last = its.at(-1);
    if (last === undefined || startOffset > last.endOffset) its.push({ startOffset, endOffset });
    else if (endOffset > last.endOffset) its[its.length - 1] = { ...last, endOffset };
  }
  return united;
}

function encode(dropped: DroppedJson): Uint8Array {
  const partitions = Object.fromEntries(
    [...dropped].map(([partition, its]) => [
      partition,
      its.map(({ startOffset, endOffset }) => [String(startOffset), String(endOffset)]),
    ]),
  );
  return Buffer.from(`${JSON.stringify({ version: 1, partitions })}\n`);
}
