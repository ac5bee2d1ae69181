/** What is kept of a row. */
export interface ExaminedRow {
  readonly offset: bigint;
  /** Its value for each counts file. */
  readonly counted: readonly string[];
  /** As `QueryRows.windowOf` says. */
  readonly window: number;
  /** As `QueryRows.timeOf` says. */
  readonly at: number;
}

/** Of each chunk but the last. */
const ROWS = 16_384;
/** What a chunk begins with: most files may be small, and there may be thousands of them. */
const FEWEST_ROWS = 16;

/** One array for each member of so many rows. */
interface Chunk {
  readonly offsets: BigUint64Array;
  readonly counted: Uint32Array;
  readonly windows: Float64Array;
  readonly times: Float64Array;
}

/**
 * The rows of a range in the order of its file, 28 bytes each: a file of short tickets has millions. Of the values that are counted there
 * are few different ones, which are kept once.
 */
export class ExaminedRows implements Iterable<ExaminedRow> {
  readonly #chunks: Chunk[] = [];
  readonly #counted: (readonly string[])[] = [];
  readonly #numberOf = new Map<string, number>();
  #length = 0;
  #isAscending = true;
  #last: bigint | undefined;
  /** Where rows are whose offsets do not ascend, for `find`. */
  #places: ReadonlyMap<bigint, number> | undefined;

  static of(rows: Iterable<ExaminedRow>): ExaminedRows {
    const examined = new ExaminedRows();
    for (const row of rows) examined.add(row);
    return examined;
  }

  get length(): number {
    return this.#length;
  }

  /** Of the last row; `undefined`: there are none. */
  get lastOffset(): bigint | undefined {
    return this.#last;
  }

  add({ offset, counted, window, at }: ExaminedRow): void {
    const index = this.#length % ROWS;
    const chunk = this.#chunkFor(index);
    chunk.offsets[index] = offset;
    chunk.counted[index] = this.#number(counted);
    chunk.windows[index] = window;
    chunk.times[index] = at;
    this.#isAscending &&= this.#last === undefined || this.#last < offset;
    this.#last = offset;
    this.#length += 1;
  }

  *[Symbol.iterator](): Generator<ExaminedRow> {
    for (let index = 0; index < this.#length; index += 1) yield this.#at(index);
  }

  /** The offsets in ascending order, also where those of the rows are not. */
  ascendingOffsets(): Iterable<bigint> {
    return this.#isAscending ? this.#offsets() : [...this.#offsets()].sort((a, b) => (a < b ? -1 : 1));
  }

  /** The last row with this offset. */
  find(offset: bigint): ExaminedRow | undefined {
    const index = this.#isAscending ? this.#search(offset) : this.#placeOf(offset);
    return index === undefined ? undefined : this.#at(index);
  }

  /** With room for a row at this place of the last chunk. */
  #chunkFor(index: number): Chunk {
    const last = index === 0 ? undefined : this.#chunks.pop();
    const chunk = last === undefined || index === last.offsets.length ? largerChunk(last) : last;
    this.#chunks.push(chunk);
    return chunk;
  }

  *#offsets(): Generator<bigint> {
    for (let index = 0; index < this.#length; index += 1) yield this.#offsetAt(index);
  }

  #search(offset: bigint): number | undefined {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && this.#offsetAt(low) === offset ? low : undefined;
  }

  #placeOf(offset: bigint): number | undefined {
    this.#places ??= new Map([...this.#offsets()].map((each, index) => [each, index]));
    return this.#places.get(offset);
  }

  #offsetAt(index: number): bigint {
    return this.#chunks[Math.floor(index / ROWS)]?.offsets[index % ROWS] ?? 0n;
  }

  #at(index: number): ExaminedRow {
    const { offsets, counted, windows, times } = this.#chunks[Math.floor(index / ROWS)] ?? largerChunk();
    const place = index % ROWS;
    return {
      offset: offsets[place] ?? 0n,
      counted: this.#counted[counted[place] ?? 0] ?? [],
      window: windows[place] ?? Number.NaN,
      at: times[place] ?? Number.NaN,
    };
  }

  #number(counted: readonly string[]): number {
    const name = JSON.stringify(counted);
    const known = this.#numberOf.get(name);
    if (known !== undefined) return known;
    this.#numberOf.set(name, this.#counted.length);
    return this.#counted.push(counted) - 1;
  }
}

/** A chunk with twice as much room, and the same rows. */
function largerChunk(chunk?: Chunk): Chunk {
  const rows = chunk === undefined ? FEWEST_ROWS : Math.min(2 * chunk.offsets.length, ROWS);
  const larger = {
    offsets: new BigUint64Array(rows),
    counted: new Uint32Array(rows),
    windows: new Float64Array(rows),
    times: new Float64Array(rows),
  };
  if (chunk === undefined) return larger;
  larger.offsets.set(chunk.offsets);
  larger.counted.set(chunk.counted);
  larger.windows.set(chunk.windows);
  larger.times.set(chunk.times);
  return larger;
}
