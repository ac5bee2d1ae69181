/** How far each partition has come: everything before the offset. */
export type EndOffsets = ReadonlyMap<number, bigint>;

const COUNTED = 'end-offsets';
const STORED = 'stored-offsets';
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

function encode(offsets: EndOffsets): string {
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
