/** How far each partition has come: everything before the offset. */
export type EndOffsets = ReadonlyMap<number, bigint>;

const COUNTED = 'end-offsets';
const STORED = 'stored-offsets';
const WATERMARKS = 'watermarks';
const LATE = 'late';
const MOST_BYTES = 1_750; // S3 takes 2,048 of names and values together, and a topic's name may have 249

/**
 * User metadata of a counts file: `end-offsets`, up to where it counts, is `{"0":"50","1":"30"}`, ascending by partition, and so is
 * `stored-offsets`, up to where files were stored **at least** by then: they may have come further since, as the file is
 * written again only when its counts change. Left out when there are too many partitions for S3's limit, first the latter (from about
 * 50 on), then both (from about 100 on): a publisher then can't compare, and reads all checkpoints instead.
 */
export function encodeOffsets(counted: EndOffsets, stored: EndOffsets): Readonly<Record<string, string>> {
  const [counts, files] = [encode(counted), encode(stored)];
  if (counts.length > MOST_BYTES) return {};
  if (counts.length + files.length + STORED.length > MOST_BYTES) return { [COUNTED]: counts };
  return { [COUNTED]: counts, [STORED]: files };
}

/** `undefined` when the metadata does not say: there were too many partitions, or a copy has lost it. */
export function parseEndOffsets(metadata: Readonly<Record<string, string>>): EndOffsets | undefined {
  return parse(metadata[COUNTED]);
}

/** Up to where files are stored at least; `undefined` when the metadata does not say. */
export function parseStoredOffsets(metadata: Readonly<Record<string, string>>): EndOffsets | undefined {
  return parse(metadata[STORED]);
}

/**
 * User metadata of a file of windows: `encodeOffsets` and `watermarks`, `{"0":"1795680000000"}` in milliseconds since the epoch, of
 * the partitions that have one. Where there is no room for all three, first `stored-offsets` is left out, then all. `late` is how many
 * records were late when it was written **at least**: one that is late changes no line.
 */
export function encodeProgress(
  counted: EndOffsets,
  stored: EndOffsets,
  { watermarks, late }: { readonly watermarks: ReadonlyMap<number, number>; readonly late: number },
): Readonly<Record<string, string>> {
  const own = { [WATERMARKS]: encode(watermarks), [LATE]: String(late) };
  const candidates = [
    { ...encodeOffsets(counted, stored), ...own },
    { [COUNTED]: encode(counted), ...own },
  ];
  return candidates.find((each) => COUNTED in each && sizeOf(each) <= MOST_BYTES) ?? {};
}

function sizeOf(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).flat().join('').length;
}

/** `undefined` when the metadata does not say. */
export function parseLate(metadata: Readonly<Record<string, string>>): number | undefined {
  const text = metadata[LATE] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** In milliseconds since the epoch; `undefined` when the metadata does not say. */
export function parseWatermarks(
  metadata: Readonly<Record<string, string>>,
): ReadonlyMap<number, number> | undefined {
  const marks = parse(metadata[WATERMARKS]);
  return marks && new Map([...marks].map(([partition, mark]) => [partition, Number(mark)]));
}

function encode(offsets: ReadonlyMap<number, bigint | number>): string {
  const sorted = [...offsets].sort(([a], [b]) => a - b);
  return `{${sorted.map(([partition, offset]) => `"${partition}":"${offset}"`).join(',')}}`;
}

function parse(json: string | undefined): EndOffsets | undefined {
  if (json === undefined || !/^\{("\d{1,9}":"\d{1,19}"(,(?=")|(?=\})))*\}$/.test(json)) return undefined;
  const offsets = new Map<number, bigint>();
  for (const [, partition, offset] of json.matchAll(/"(\d+)":"(\d+)"/g)) {
    if (partition !== undefined && offset !== undefined) offsets.set(Number(partition), BigInt(offset));
  }
  return offsets;
}
