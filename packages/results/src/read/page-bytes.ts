const MORE = 0x80;

/** Reads a Parquet page, or what describes it, from its start on. Throws a `RangeError` where it ends too early. */
export class PageBytes {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw tooShort();
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.at;
  }

  byte(): number {
    if (this.at >= this.#end) throw tooShort();
    return this.#bytes[this.at++] ?? 0;
  }

  skip(size: number): void {
    if (!(size >= 0 && size <= this.left)) throw tooShort();
    this.at += size;
  }

  /** ULEB128; above 2^53 it is no longer exact, and too large for anything here. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & ~MORE) * factor;
      if (byte < MORE) return value;
      factor *= 128;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** So many numbers of `width` bits, lowest bit first. */
  *unpack(width: number, count: number): Iterable<number> {
    let bit = 0;
    let byte = 0;
    for (let index = 0; index < count; index += 1) {
      let value = 0;
      for (let done = 0; done < width; done += 1) {
        if (bit === 0) byte = this.byte();
        if ((byte & (1 << bit)) !== 0) value += 2 ** done;
        bit = (bit + 1) % 8;
      }
      yield value;
    }
  }
}

function tooShort(): RangeError {
  return new RangeError('a page ends before what it says it holds');
}
