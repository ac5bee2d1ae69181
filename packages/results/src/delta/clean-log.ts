import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import { tableLogPrefix } from '../layout/result-keys.ts';
import type { MetaData } from './actions.ts';
import { CommitLog, type TableName } from './commit-log.ts';
import { logRetention } from './retention.ts';

const DAY_MS = 86_400_000;
/** How many files are deleted at once, and in one go; the next checkpoint goes on. */
const AT_ONCE = 8;
const MOST_FILES = 1_000;

/**
 * Deletes what no version that is kept needs, by Delta's rule ("Metadata Cleanup"): the newest checkpoint that is older than the
 * retention, counted from midnight (UTC), stays with its commit and all that is newer; what is below it goes, the oldest first.
 */
export async function cleanLog(
  { results, clock, ...name }: TableName & { readonly results: ObjectStore; readonly clock: Clock },
  metaData: MetaData | undefined,
): Promise<void> {
  const midnight = Math.floor(clock.now() / DAY_MS) * DAY_MS;
  const cutOff = midnight - logRetention(metaData);
  const commits = new CommitLog(results, name);
  const prefix = tableLogPrefix(name.table);
  /** Below a checkpoint that may still come. */
  let waiting: string[] = [];
  let expired: string[] = [];
  for await (const { key } of results.list(prefix)) {
    const [, digits, kind] = LOG_FILE.exec(key.slice(prefix.length)) ?? [];
    if (digits === undefined) continue;
    if (kind === 'checkpoint.parquet') {
      if ((await committedAt(commits, Number(digits))) > cutOff) break;
      expired = [...expired, ...waiting];
      waiting = [];
    }
    waiting.push(key);
    if (expired.length >= MOST_FILES) break;
  }
  for (let first = 0; first < expired.length; first += AT_ONCE)
    await Promise.all(expired.slice(first, first + AT_ONCE).map((key) => results.delete(key)));
}

/** Parts of a checkpoint go with what is older than another one. */
const LOG_FILE = /^(\d{20})\.(json|crc|checkpoint\.parquet|checkpoint\.\d{10}\.\d{10}\.parquet)$/;

/** In milliseconds since the epoch. A commit that does not say when it was made is of today. */
async function committedAt(commits: CommitLog, version: number): Promise<number> {
  const actions = await commits.readActions(version);
  return actions?.find(({ commitInfo }) => commitInfo)?.commitInfo?.timestamp ?? Infinity;
}
