import { compareAndSwap } from './compare-and-swap.ts';
import { QueryError } from '../ports/query-error.ts';
import { field, JsonShapeError, readEntries, readOffset, readString, type JsonNode } from './json-reader.ts';
import { CHECKPOINT_VERSION, readCheckpointDocument } from './checkpoint-document.ts';
import { settingChanges } from './setting-changes.ts';
import { ObjectStoreError, type ObjectStore } from '../ports/object-store.ts';

/** Kept in `<topic>/query.json` of the checkpoint; created once and never changed. */
export interface QueryIdentity {
  readonly id: string;
  readonly topic: string;
  /** Version and settings of the batch handler: what decides the bytes that a plan writes. */
  readonly handlerVersion: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Where each partition that the topic had at the start begins. Partitions added later begin at earliest. */
  readonly startingOffsets: ReadonlyMap<number, bigint>;
  readonly createdAt: string;
}

/** What the running program would create. */
export interface ExpectedQuery {
  readonly topic: string;
  readonly handlerVersion: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Asked only when there is no checkpoint yet. */
  readonly create: () => Promise<Pick<QueryIdentity, 'id' | 'startingOffsets' | 'createdAt'>>;
}

/** Of the results: which query writes there. */
export const OWNER_KEY = '_query.json';

/** Of the checkpoint. */
export function queryKey(topic: string): string {
  return `${topic}/query.json`;
}

/**
 * Opens the query that lives in these two locations, or creates it:
 *
 * 1. `results/_query.json` is read, then `query.json`: created the other way round, so that a consumer that sees the first sees the
 *    second as well.
 * 2. `query.json` must be of this topic and handler, and `_query.json` must name it. A results location without one must be
 *    empty, and must not have been written to yet as far as the checkpoint knows.
 * 3. What is missing is created on the condition that it still is missing, `query.json` first: of several consumers that
 *    start together one wins and the others go on with its id. A crash in between leaves a checkpoint without batches,
 *    which step 2 lets pass.
 *
 * Throws `QueryError` `checkpoint_mismatch` or `results_mismatch` before anything is written.
 */
export async function openQuery(
  checkpoints: ObjectStore,
  results: ObjectStore,
  expected: ExpectedQuery,
): Promise<QueryIdentity> {
  const owner = await readOwner(results);
  const existing = await readQuery(checkpoints, expected.topic);
  if (existing !== undefined) checkHandler(existing, expected, checkpoints.location);
  if (owner !== undefined) {
    if (existing === undefined || owner.id !== existing.id)
      throw ownedByAnother(owner, existing, checkpoints, results);
    return existing;
  }
  const unclaimable = await whyUnclaimable(existing, checkpoints, results);
  if (unclaimable !== undefined) {
    // Another consumer may have created the query, and written, since this one looked. Then there is an owner by now.
    if ((await readOwner(results)) === undefined) throw unclaimable;
    return openQuery(checkpoints, results, expected);
  }
  const identity = existing ?? (await createQuery(checkpoints, expected));
  await claimResults(checkpoints, results, identity);
  return identity;
}

/** `undefined`: the checkpoint location holds no query of this topic. */
export async function readQuery(checkpoints: ObjectStore, topic: string): Promise<QueryIdentity | undefined> {
  const object = await checkpoints.get(queryKey(topic));
  if (object === undefined) return undefined;
  return readCheckpointDocument(object.body, `${checkpoints.location}${queryKey(topic)}`, readIdentity);
}

function readIdentity(root: JsonNode): QueryIdentity {
  const handler = field(root, 'handler');
  return {
    id: readString(field(root, 'id')),
    topic: readString(field(root, 'topic')),
    handlerVersion: readString(field(handler, 'version')),
    settings: Object.fromEntries(
      readEntries(field(handler, 'settings')).map(([name, node]) => [name, readString(node)]),
    ),
    startingOffsets: new Map(
      readEntries(field(root, 'startingOffsets')).map(([name, node]) => [
        readPartition(name, node),
        readOffset(node),
      ]),
    ),
    createdAt: readString(field(root, 'createdAt')),
  };
}

function readPartition(name: string, { path }: JsonNode): number {
  if (/^(0|[1-9]\d{0,8})$/.test(name)) return Number(name);
  throw new JsonShapeError(`${path}: expected the number of a partition, found ${JSON.stringify(name)}`);
}

function encodeIdentity(identity: QueryIdentity): Uint8Array {
  const { id, topic, handlerVersion, settings, startingOffsets, createdAt } = identity;
  const document = {
    version: CHECKPOINT_VERSION,
    id,
    topic,
    handler: { version: handlerVersion, settings },
    startingOffsets: Object.fromEntries([...startingOffsets].map(([p, offset]) => [p, offset.toString()])),
    createdAt,
  };
  return Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
}

/** How a program's query differs from the one that has started a checkpoint: `priority: URGENT added`. None: it is the same. */
export function queryChanges(
  found: QueryIdentity,
  expected: Omit<ExpectedQuery, 'create'>,
): readonly string[] {
  const own = ({
    topic,
    handlerVersion,
  }: Omit<ExpectedQuery, 'create'>): Readonly<Record<string, string>> => ({
    topic,
    encoders: handlerVersion,
  });
  return [...settingChanges(own(found), own(expected)), ...settingChanges(found.settings, expected.settings)];
}

function checkHandler(found: QueryIdentity, expected: ExpectedQuery, location: string): void {
  const changes = queryChanges(found, expected);
  if (changes.length === 0) return;
  throw new QueryError(
    'checkpoint_mismatch',
    `the checkpoint at ${location} was started by another query than this program runs. What changed: ${changes.join('; ')}. ` +
      'The results of both would not fit together: undo the change, or start with a new checkpoint and results location, ' +
      'which reads the topic again from STARTING_OFFSETS or STARTING_TIMESTAMP on.',
  );
}

/** The query that a results location belongs to. */
export interface ResultsOwner {
  readonly id: string;
  readonly topic: string;
  readonly checkpoint: string;
}

export async function readOwner(results: ObjectStore): Promise<ResultsOwner | undefined> {
  const object = await results.get(OWNER_KEY);
  if (object === undefined) return undefined;
  return readCheckpointDocument(object.body, `${results.location}${OWNER_KEY}`, (root) => ({
    id: readString(field(root, 'id')),
    topic: readString(field(root, 'topic')),
    checkpoint: readString(field(root, 'checkpoint')),
  }));
}

function ownedByAnother(
  owner: ResultsOwner,
  existing: QueryIdentity | undefined,
  checkpoints: ObjectStore,
  results: ObjectStore,
): QueryError {
  const here = existing === undefined ? 'holds no query of this topic' : `holds query ${existing.id}`;
  return new QueryError(
    'results_mismatch',
    `the results at ${results.location} belong to query ${owner.id} of topic ${owner.topic}, whose checkpoint is ` +
      `${owner.checkpoint}; the checkpoint at ${checkpoints.location} ${here}. ` +
      'Use that checkpoint, or another results location.',
  );
}

/** Why a results location without an owner can't be claimed. `undefined`: it can. */
async function whyUnclaimable(
  existing: QueryIdentity | undefined,
  checkpoints: ObjectStore,
  results: ObjectStore,
): Promise<QueryError | undefined> {
  if (existing !== undefined) {
    for await (const { key } of checkpoints.list(`${existing.topic}/partition-`)) {
      return new QueryError(
        'results_mismatch',
        `the checkpoint at ${checkpoints.location} has batches (${key}), but the results at ${results.location} have no ` +
          `${OWNER_KEY}: they are not the ones it wrote. Use the former results location, or a new checkpoint.`,
      );
    }
  }
  for await (const { key } of results.list('')) {
    if (key.startsWith('_') || isInside(`${results.location}${key}`, checkpoints.location)) continue;
    return new QueryError(
      'results_mismatch',
      `the results location ${results.location} already holds files (${key}) but no ${OWNER_KEY}, so they come from ` +
        'something else. Use an empty location.',
    );
  }
  return undefined;
}

function isInside(object: string, location: string): boolean {
  return object.startsWith(location);
}

async function createQuery(checkpoints: ObjectStore, expected: ExpectedQuery): Promise<QueryIdentity> {
  const { topic, handlerVersion, settings } = expected;
  const identity = { topic, handlerVersion, settings, ...(await expected.create()) };
  const options = { contentType: 'application/json' };
  const created = await compareAndSwap(
    checkpoints,
    queryKey(topic),
    encodeIdentity(identity),
    undefined,
    options,
  );
  if (created !== undefined) return identity;
  const winner = await readQuery(checkpoints, topic);
  if (winner === undefined) throw notThere(checkpoints.location, queryKey(topic));
  checkHandler(winner, expected, checkpoints.location);
  return winner;
}

/** Writes `_query.json` of a query, if there is none. Throws `QueryError` `results_mismatch` when another query has claimed the results. */
export async function claimResults(
  checkpoints: ObjectStore,
  results: ObjectStore,
  query: QueryIdentity,
): Promise<void> {
  const { id, topic } = query;
  const owner = { version: CHECKPOINT_VERSION, id, topic, checkpoint: checkpoints.location };
  const body = Buffer.from(`${JSON.stringify(owner, null, 2)}\n`);
  const options = { contentType: 'application/json' };
  if ((await compareAndSwap(results, OWNER_KEY, body, undefined, options)) !== undefined) return;
  const winner = await readOwner(results);
  if (winner === undefined) throw notThere(results.location, OWNER_KEY);
  if (winner.id !== id) throw ownedByAnother(winner, query, checkpoints, results);
}

/**
 * Writes `query.json` of a query that exists already, to rebuild a checkpoint that was lost. Throws `QueryError`
 * `checkpoint_mismatch` when there is one: nothing is ever replaced.
 */
export async function restoreQuery(checkpoints: ObjectStore, identity: QueryIdentity): Promise<void> {
  const key = queryKey(identity.topic);
  const options = { contentType: 'application/json' };
  if ((await compareAndSwap(checkpoints, key, encodeIdentity(identity), undefined, options)) !== undefined)
    return;
  throw new QueryError(
    'checkpoint_mismatch',
    `${checkpoints.location}${key} is there already. A checkpoint is rebuilt only where there is none.`,
  );
}

/** The request was lost on its way: the same as a store that did not answer, and tried again like that. */
function notThere(location: string, key: string): ObjectStoreError {
  return new ObjectStoreError('unavailable', `${location}${key} could not be created`);
}
