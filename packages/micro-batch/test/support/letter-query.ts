import {
  compareAndSwap,
  formatRange,
  type BatchHandler,
  type ObjectStore,
  type ResultPublisher,
} from '@client-tickets/micro-batch';

/** How often each letter was seen. */
export type LetterCounts = Readonly<Record<string, number>>;

export interface LetterRow {
  readonly offset: string;
  readonly letter: string;
}

/** A small stand-in for the tickets: values are letters, `!` and tombstones are dead letters. */
export const letterHandler: BatchHandler<LetterCounts> = {
  version: '1',
  settings: {},
  initialState: {},
  parseState: (value) => {
    if (typeof value !== 'object' || value === null) throw new Error('expected counts');
    return Object.fromEntries(Object.entries(value).map(([letter, count]) => [letter, Number(count)]));
  },
  fileKeys: (range) => [
    `rows/${range.partition}/${formatRange(range)}`,
    `dead/${range.partition}/${formatRange(range)}`,
  ],
  partitionPrefixes: (partition) => [`rows/${partition}/`, `dead/${partition}/`],
  handle: (batch, state) => {
    const letters = [...batch.records].map(({ offset, value }) => ({
      offset: offset.toString(),
      letter: value === null ? '!' : Buffer.from(value).toString(),
    }));
    const rows = letters.filter(({ letter }) => letter !== '!');
    const dead = letters.filter(({ letter }) => letter === '!');
    const counts: Record<string, number> = {};
    for (const { letter } of rows) counts[letter] = (counts[letter] ?? 0) + 1;
    const [rowsKey = '', deadKey = ''] = letterHandler.fileKeys(batch);
    const file = (key: string, content: readonly LetterRow[]) => ({
      key,
      body: Buffer.from(JSON.stringify(content)),
      contentType: 'application/json',
    });
    return {
      files: [
        ...(rows.length > 0 ? [file(rowsKey, rows)] : []),
        ...(dead.length > 0 ? [file(deadKey, dead)] : []),
      ],
      state: addCounts(state, counts),
      rows: rows.length,
      deadLetters: dead.length,
      observations: { letters: counts },
    };
  },
};

export function addCounts(a: LetterCounts, b: LetterCounts): LetterCounts {
  const sum: Record<string, number> = { ...a };
  for (const [letter, count] of Object.entries(b)) sum[letter] = (sum[letter] ?? 0) + count;
  return sum;
}

/** What readers see: the counts, and up to where each partition is in them. */
export interface PublishedCounts {
  readonly ends: Readonly<Record<string, string>>;
  readonly counts: LetterCounts;
}

/** Publishes as `ResultPublisher` demands: the published version is read before the states that replace it. */
export function createLetterPublisher(store: ObjectStore): ResultPublisher<LetterCounts> {
  return {
    async publish(states) {
      for (;;) {
        const found = await store.get('_counts');
        const published =
          found === undefined
            ? { ends: {} }
            : (JSON.parse(Buffer.from(found.body).toString()) as PublishedCounts);
        const isBehind = (all: ReadonlyMap<number, { readonly endOffset: bigint }>): boolean =>
          Object.entries(published.ends).some(
            ([p, end]) => (all.get(Number(p))?.endOffset ?? 0n) < BigInt(end),
          );
        const known = await states.read();
        const all = isBehind(known) ? await states.refresh() : known;
        const next: PublishedCounts = {
          ends: Object.fromEntries(
            [...all].sort(([a], [b]) => a - b).map(([p, { endOffset }]) => [p, endOffset.toString()]),
          ),
          counts: [...all.values()].map(({ state }) => state).reduce(addCounts, {}),
        };
        const body = Buffer.from(JSON.stringify(next));
        if (found !== undefined && Buffer.compare(found.body, body) === 0) return;
        if ((await compareAndSwap(store, '_counts', body, found?.etag)) !== undefined) return;
      }
    },
  };
}
