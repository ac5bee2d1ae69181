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
        for (const { offset, value } of records) {
          const letter = value === null ? '!' : Buffer.from(value).toString();
          const index = letter === '!' ? 1 : 0;
          const file = uploads[index];
          if (file === undefined) throw new Error('no file');
          const row: LetterRow = { offset: offset.toString(), letter };
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
        const [rows = 0, deadLetters = 0] = uploads.map(({ length }, index) => length - (before[index] ?? 0));
        return { state: addCounts(state, added), rows, deadLetters, observations: { letters: added } };
      },
      async finish(endOffset, state) {
        const files = [];
        const keys = letterHandler.fileKeys({ topic, partition, startOffset, endOffset });
        for (const [index, { upload, size, length }] of uploads.entries()) {
          const key = keys[index] ?? '';
          if (length === 0) continue;
          await upload.write(Buffer.from(']'));
          await upload.complete(key);
          files.push({ key, size: size + 1 });
        }
        const [rows = 0, deadLetters = 0] = uploads.map(({ length }) => length);
        return { files, rows, deadLetters, state: addCounts(state, counts) };
      },
      async abort() {
        for (const { upload } of uploads) await upload.abort();
      },
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
