/**
 * Loads what the items stand for ahead of time, in order, as far as `mostItems` and `mostBytes` allow (one item is always
 * allowed, however large). A load that fails rejects when its turn comes.
 */
export async function* prefetch<Item, Loaded>(
  items: AsyncIterable<Item>,
  options: {
    readonly load: (item: Item) => Promise<Loaded>;
    readonly bytesOf: (item: Item) => number;
    readonly mostItems: number;
    readonly mostBytes: number;
  },
): AsyncIterable<readonly [Item, Loaded]> {
  const { load, bytesOf, mostItems, mostBytes } = options;
  const underWay: { readonly item: Item; readonly loaded: Promise<Loaded>; readonly bytes: number }[] = [];
  let bytes = 0;
  const iterator = items[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      while (!isDone && underWay.length < mostItems && (bytes < mostBytes || underWay.length === 0)) {
        const next = await iterator.next();
        if (next.done === true) {
          isDone = true;
          break;
        }
        const loaded = load(next.value);
        loaded.catch(() => undefined); // it is awaited below, but others may come before it
        underWay.push({ item: next.value, loaded, bytes: bytesOf(next.value) });
        bytes += bytesOf(next.value);
      }
      const first = underWay.shift();
      if (first === undefined) return;
      const loaded = await first.loaded;
      bytes -= first.bytes;
      yield [first.item, loaded];
    }
  } finally {
    await iterator.return?.();
  }
}
