import {
  compareAndSwap,
  formatRange,
  type BatchHandler,
  type CountedState,
  type ObjectStore,
  type ResultPublisher,
} from '@client-tickets/micro-batch';

/** How often each letter was seen. */
export type LetterCounts = Readonly<Record<string, number>>;

export interface LetterRow {
  readonly offset: string;
  readonly letter: string;
  /** How many ticks were counted before it, where they are. */
  readonly ticks?: number;
}

/** Where the state counts ticks. */
export const TICKS = '~';
/** An idle partition that is not behind the others ticks by itself up to here. */
const MOST_TICKS = 5;

/** A small stand-in for the tickets: values are letters, `!` and tombstones are dead letters. */
export const letterHandler = createLetterHandler({ isTicking: false });

/**
 * The same with ticks, which the order of records decides about, and what happens between them: each `c` is one, and idle partitions tick
 * until they have as many as the others. A row says how many there were before it, so two consumers that don't agree write other bytes.
 */
export const tickingHandler = createLetterHandler({ isTicking: true });

function createLetterHandler({ isTicking }: { readonly isTicking: boolean }): BatchHandler<LetterCounts> {
  const fileKeys: BatchHandler<LetterCounts>['fileKeys'] = (range) => [
    `rows/${range.partition}/${formatRange(range)}`,
    `dead/${range.partition}/${formatRange(range)}`,
  ];
  const handler: BatchHandler<LetterCounts> = {
    version: '1',
    settings: {},
    initialState: {},
    parseState: (value) => {
      if (typeof value !== 'object' || value === null) throw new Error('expected counts');
      return Object.fromEntries(Object.entries(value).map(([letter, count]) => [letter, Number(count)]));
    },
    fileKeys,
    partitionPrefixes: (partition) => [`rows/${partition}/`, `dead/${partition}/`],
    openFiles: ({ topic, partition, startOffset, beginUpload }) => {
      const uploads = ['rows', 'dead'].map((kind) => ({ kind, upload: beginUpload({}), size: 0, length: 0 }));
      let counts: LetterCounts = {};
      return {
        get bytes() {
          return Math.max(...uploads.map(({ size }) => size));
        },
        async add({ records }, state) {
          const added: Record<string, number> = {};
          const before = uploads.map(({ length }) => length);
          const texts = uploads.map(() => '');
          let ticks = state[TICKS] ?? 0;
          for (const { offset, value } of records) {
            const letter = value === null ? '!' : Buffer.from(value).toString();
            const index = letter === '!' ? 1 : 0;
            const file = uploads[index];
            if (file === undefined) throw new Error('no file');
            const row: LetterRow = { offset: offset.toString(), letter, ...(isTicking && { ticks }) };
            if (isTicking && letter === 'c') {
              ticks += 1;
              added[TICKS] = (added[TICKS] ?? 0) + 1;
            }
            texts[index] += `${file.length === 0 ? '[' : ','}${JSON.stringify(row)}`;
            file.length += 1;
            if (letter !== '!') added[letter] = (added[letter] ?? 0) + 1;
          }
          for (const [index, file] of uploads.entries()) {
            const bytes = Buffer.from(texts[index] ?? '');
            if (bytes.length > 0) await file.upload.write(bytes);
            file.size += bytes.length;
          }
          counts = addCounts(counts, added);
          const [rows = 0, deadLetters = 0] = uploads.map(
            ({ length }, index) => length - (before[index] ?? 0),
          );
          return { state: addCounts(state, added), rows, deadLetters, observations: { letters: added } };
        },
        async finish(endOffset, state, counted) {
          const files = [];
          const keys = fileKeys({ topic, partition, startOffset, endOffset });
          for (const [index, { upload, size, length }] of uploads.entries()) {
            const key = keys[index] ?? '';
            if (length === 0) continue;
            await upload.write(Buffer.from(']'));
            await upload.complete(key);
            files.push({ key, size: size + 1 });
          }
          const [rows = 0, deadLetters = 0] = uploads.map(({ length }) => length);
          const stored = { ...addCounts(state, counts), ...(isTicking && { [TICKS]: counted[TICKS] ?? 0 }) };
          return { files, rows, deadLetters, state: stored };
        },
        async abort() {
          for (const { upload } of uploads) await upload.abort();
        },
      };
    },
  };
  if (!isTicking) return handler;
  return {
    ...handler,
    advance: (state, { others, isIdle }) => {
      const ticks = state[TICKS] ?? 0;
      const next = Math.max(
        ticks,
        ...others.map((other) => other[TICKS] ?? 0),
        Math.min(ticks + 1, MOST_TICKS),
      );
      return isIdle && next > ticks ? { ...state, [TICKS]: next } : state;
    },
  };
}

function addCounts(a: LetterCounts, b: LetterCounts): LetterCounts {
  const sum: Record<string, number> = { ...a };
  for (const [letter, count] of Object.entries(b)) sum[letter] = (sum[letter] ?? 0) + count;
  return sum;
}

/** What readers see: the counts, and up to where each partition is in them. */
export interface PublishedCounts {
  readonly ends: Readonly<Record<string, string>>;
  readonly counts: LetterCounts;
  /** How many each partition had. */
  readonly ticks?: Readonly<Record<string, number>>;
}

/** Publishes as `ResultPublisher` demands: the published version is read before the states that replace it. */
export function createLetterPublisher(store: ObjectStore): ResultPublisher<LetterCounts> {
  return {
    async publish(states) {
      for (;;) {
        const found = await store.get('_counts');
        const published =
          found === undefined
            ? { ends: {}, ticks: {} }
            : (JSON.parse(Buffer.from(found.body).toString()) as Partial<PublishedCounts> &
                Pick<PublishedCounts, 'ends'>);
        const isBehind = (all: ReadonlyMap<number, CountedState<LetterCounts>>): boolean =>
          Object.entries(published.ends).some(
            ([p, end]) => (all.get(Number(p))?.endOffset ?? 0n) < BigInt(end),
          ) ||
          Object.entries(published.ticks ?? {}).some(
            ([p, ticks]) => (all.get(Number(p))?.state[TICKS] ?? 0) < ticks,
          );
        const known = await states.read();
        const all = isBehind(known) ? await states.refresh() : known;
        const next: PublishedCounts = {
          ends: Object.fromEntries(
            [...all].sort(([a], [b]) => a - b).map(([p, { endOffset }]) => [p, endOffset.toString()]),
          ),
          counts: [...all.values()].map(({ state }) => state).reduce(addCounts, {}),
          ticks: Object.fromEntries([...all].map(([p, { state }]) => [p, state[TICKS] ?? 0])),
        };
        const body = Buffer.from(JSON.stringify(next));
        if (found !== undefined && Buffer.compare(found.body, body) === 0) return;
        if ((await compareAndSwap(store, '_counts', body, found?.etag)) !== undefined) return;
      }
    },
  };
}
