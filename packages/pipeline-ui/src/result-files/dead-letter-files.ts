import { parseRange, type ObjectStore, type StoredFiles } from '@client-tickets/micro-batch';
import { deadLettersPrefix } from '@client-tickets/results';

export interface DeadLetterFile {
  readonly key: string;
  readonly startOffset: bigint;
  /** In bytes. */
  readonly size: number;
}

/** How many of a partition's keys are held at a time. */
const WINDOW = 100;

/**
 * The dead letter files of a partition that start before `bound`, newest first. The latest ones are known from the
 * checkpoint; older ones are listed, which a store can do in ascending order only: so the listing is gone through up to the
 * bound and its last keys are kept. Memory is bounded, and nothing is listed until a reader goes back that far.
 */
export async function* deadLetterFiles(
  results: ObjectStore,
  partition: number,
  bound: bigint,
  recent: readonly StoredFiles[],
): AsyncGenerator<DeadLetterFile> {
  const prefix = deadLettersPrefix(partition);
  let before = bound;
  let reached: bigint | undefined;
  for (const stored of recent.toReversed()) {
    if (reached !== undefined && stored.endOffset !== reached) break; // not all is known: the listing is
    reached = stored.startOffset;
    if (stored.startOffset >= bound) continue;
    before = stored.startOffset;
    const file = stored.files.find(({ key }) => key.startsWith(prefix));
    if (file !== undefined) yield { ...file, startOffset: stored.startOffset };
  }
  for (let window = await listBefore(results, prefix, before); window.length > 0;) {
    yield* window;
    window = await listBefore(results, prefix, window.at(-1)?.startOffset ?? 0n);
  }
}

async function listBefore(
  results: ObjectStore,
  prefix: string,
  before: bigint,
): Promise<readonly DeadLetterFile[]> {
  const last: DeadLetterFile[] = [];
  if (before <= 0n) return last;
  for await (const { key, size } of results.list(prefix)) {
    const range = parseRange(key.slice(prefix.length).replace(/\.json$/, ''));
    if (range === undefined) continue;
    if (range.startOffset >= before) break;
    last.push({ key, size, startOffset: range.startOffset });
    if (last.length > WINDOW) last.shift();
  }
  return last.toReversed();
}
