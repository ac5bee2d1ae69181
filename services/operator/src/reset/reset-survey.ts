import { readOwner, readQuery, type ListedObject, type ObjectStore } from '@client-tickets/micro-batch';
import { isResultKey, type Declaration } from '@client-tickets/results';
import type { Stores } from '../cli/operator-context.ts';

/** What a reset would delete, and what it would leave. */
export interface ResetSurvey {
  /** Of the query; `undefined` when there is none. */
  readonly queryId: string | undefined;
  readonly checkpoints: DeletionCount;
  readonly results: DeletionCount;
  /** Keys in the results location that the query never writes: the first few, and how many there are. */
  readonly unexpected: { readonly first: readonly string[]; readonly count: number };
}

export interface DeletionCount {
  readonly objects: number;
  readonly bytes: number;
}

const MOST_NAMED = 5;

/** Throws an `Error` when the results belong to another query: they are not to be touched. */
export async function surveyReset(
  declaration: Declaration,
  { results, checkpoints }: Stores,
  topic: string,
): Promise<ResetSurvey> {
  // A checkpoint that can't be read is a reason to reset, not one to refuse it.
  const query = await readQuery(checkpoints, topic).catch(() => undefined);
  const owner = await readOwner(results);
  const isOurs =
    owner === undefined ||
    (owner.topic === topic && (owner.id === query?.id || owner.checkpoint === checkpoints.location));
  if (!isOurs) {
    throw new Error(
      `the results at ${results.location} belong to query ${owner.id} of topic ${owner.topic}, whose checkpoint is ` +
        `${owner.checkpoint}, not to topic ${topic} and ${checkpoints.location}; nothing was deleted`,
    );
  }
  const inCheckpoints = counter();
  for await (const object of listCheckpointObjects(checkpoints, topic)) inCheckpoints.add(object);
  const inResults = counter();
  const unexpected: string[] = [];
  let unexpectedCount = 0;
  for await (const object of results.list('')) {
    if (isResultKey(declaration, object.key)) {
      inResults.add(object);
    } else if (!`${results.location}${object.key}`.startsWith(checkpoints.location)) {
      unexpectedCount += 1;
      if (unexpected.length < MOST_NAMED) unexpected.push(object.key);
    }
  }
  return {
    queryId: query?.id ?? owner?.id,
    checkpoints: inCheckpoints.count(),
    results: inResults.count(),
    unexpected: { first: unexpected, count: unexpectedCount },
  };
}

/** `query.json`, the partition checkpoints and the requeue journal, `query.json` first. */
export async function* listCheckpointObjects(
  checkpoints: ObjectStore,
  topic: string,
): AsyncIterable<ListedObject> {
  const isQuery = (key: string): boolean => key === `${topic}/query.json`;
  const isOther = (key: string): boolean =>
    /^(query\.json\.damaged|(partition-\d+|requeue\/\d+)\.json(\.damaged)?)$/.test(
      key.slice(topic.length + 1),
    );
  for (const isWanted of [isQuery, isOther]) {
    for await (const object of checkpoints.list(`${topic}/`)) if (isWanted(object.key)) yield object;
  }
}

function counter() {
  let objects = 0;
  let bytes = 0;
  return {
    add: ({ size }: ListedObject): void => {
      objects += 1;
      bytes += size;
    },
    count: (): DeletionCount => ({ objects, bytes }),
  };
}
