/** How far each partition has been counted: everything before the offset. */
export type EndOffsets = ReadonlyMap<number, bigint>;

const KEY = 'end-offsets';
const MOST_BYTES = 1_750; // S3 takes 2,048 of names and values together, and a topic's name may have 249

/**
 * User metadata of a counts file: `end-offsets` is `{"0":"50","1":"30"}`, ascending by partition. Left out when there
 * are too many partitions for S3's limit (from about 100 on): a publisher then can't compare, and reads
 * all checkpoints instead.
 */
export function encodeEndOffsets(offsets: EndOffsets): Readonly<Record<string, string>> {
  const sorted = [...offsets].sort(([a], [b]) => a - b);
  const json = `{${sorted.map(([partition, offset]) => `"${partition}":"${offset}"`).join(',')}}`;
  return json.length > MOST_BYTES ? {} : { [KEY]: json };
}

/** `undefined` when the metadata does not say: there were too many partitions, or a copy has lost it. */
export function parseEndOffsets(metadata: Readonly<Record<string, string>>): EndOffsets | undefined {
  const json = metadata[KEY];
  if (json === undefined || !/^\{("\d{1,9}":"\d{1,19}"(,(?=")|(?=\})))*\}$/.test(json)) return undefined;
  const offsets = new Map<number, bigint>();
  for (const [, partition, offset] of json.matchAll(/"(\d+)":"(\d+)"/g)) {
    if (partition !== undefined && offset !== undefined) offsets.set(Number(partition), BigInt(offset));
  }
  return offsets;
}
