import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FIRST_CAPACITY = 1 << 16;
const BUCKETS = 256n;
const BUCKET_SHIFT = 56n; // the uppermost 8 of 64 bits

/** Hashes that more than one id has. */
export interface RepeatedIds {
  readonly hashes: ReadonlySet<bigint>;
  /** How many ids were added more than once, and how many times in all beyond the first. */
  readonly ids: number;
  readonly extra: number;
}

/**
 * Finds ids that were added more than once, in bounded memory: 8 bytes for each id, up to a limit, then sorted and
 * appended to 256 files by their first bits, each of which is small enough to be sorted by itself later.
 *
 * Ids are told apart by 64 bits of hash. Two different ids among ten million share one with a chance of 1 in 370,000;
 * whoever lists the ids sees it.
 */
export class TicketIdIndex {
  readonly #mostInMemory: number;
  #hashes = new BigUint64Array(FIRST_CAPACITY);
  #count = 0;
  #folder: string | undefined;

  /** `mostInMemory`: ids, 8 bytes each. Default: 4 Mi, which are 32 MiB. */
  constructor({ mostInMemory = 1 << 22 }: { readonly mostInMemory?: number } = {}) {
    this.#mostInMemory = mostInMemory;
  }

  /** Whether `spill` must be called before the next id. */
  get isFull(): boolean {
    return this.#count >= this.#mostInMemory;
  }

  add(id: string): void {
    if (this.isFull) throw new RangeError(`${this.#count} ids are in memory, no more fit: call spill first`);
    if (this.#count === this.#hashes.length) {
      const larger = new BigUint64Array(Math.min(this.#hashes.length * 2, this.#mostInMemory));
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[this.#count] = hashId(id);
    this.#count += 1;
  }

  /** Moves what is in memory to the disk. */
  async spill(): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'tickets-verify-'));
    const sorted = this.#hashes.subarray(0, this.#count).sort();
    for (let bucket = 0n, start = 0; bucket < BUCKETS; bucket += 1n) {
      let end = start;
      while (end < sorted.length && (sorted[end] ?? 0n) >> BUCKET_SHIFT === bucket) end += 1;
      const part = Buffer.from(sorted.buffer, sorted.byteOffset + start * 8, (end - start) * 8);
      if (end > start) await appendFile(this.#path(this.#folder, bucket), part);
      start = end;
    }
    this.#count = 0;
  }

  /** Ends the index. `most`: how many hashes are kept to be looked up. */
  async findRepeated(most: number): Promise<RepeatedIds> {
    const hashes = new Set<bigint>();
    let ids = 0;
    let extra = 0;
    const scan = (sorted: BigUint64Array): void => {
      for (let index = 1; index < sorted.length; index += 1) {
        const hash = sorted[index] ?? 0n;
        if (hash !== sorted[index - 1]) continue;
        extra += 1;
        if (index >= 2 && sorted[index - 2] === hash) continue;
        ids += 1;
        if (hashes.size < most) hashes.add(hash);
      }
    };
    if (this.#folder === undefined) {
      scan(this.#hashes.subarray(0, this.#count).sort());
      return { hashes, ids, extra };
    }
    await this.spill();
    for (let bucket = 0n; bucket < BUCKETS; bucket += 1n)
      scan(await readSorted(this.#path(this.#folder, bucket)));
    return { hashes, ids, extra };
  }

  /** Removes what was written to the disk. */
  async close(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #path(folder: string, bucket: bigint): string {
    return join(folder, String(bucket));
  }
}

async function readSorted(path: string): Promise<BigUint64Array> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Uint8Array(); // no such id
    throw error;
  });
  return new BigUint64Array(Uint8Array.from(bytes).buffer).sort();
}

/** Two lanes of a 32-bit multiplicative hash with different seeds, mixed at the end (after cyrb53, public domain). */
export function hashId(id: string): bigint {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < id.length; index += 1) {
    const unit = id.charCodeAt(index);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (BigInt(a >>> 0) << 32n) | BigInt(b >>> 0);
}
