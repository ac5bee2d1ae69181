/**
 * An ASCII text of at least four bytes to look for at places of a buffer. Compared four bytes at a time, the last four
 * overlapping those before them; byte by byte it takes three times as long, and it is most of what reading a ticket takes.
 */
export class ByteLiteral {
  readonly length: number;
  readonly #words: Int32Array;
  readonly #last: number;

  constructor(text: string) {
    const bytes = new TextEncoder().encode(text);
    const view = new DataView(bytes.buffer);
    this.length = bytes.length;
    this.#words = Int32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
      view.getInt32(4 * index, true),
    );
    this.#last = view.getInt32(bytes.length - 4, true);
  }

  /** Whether it stands at `at`. Throws a `RangeError` where the buffer ends before it would. */
  isAt(view: DataView, at: number): boolean {
    const words = this.#words;
    for (let index = 0; index < words.length; index += 1) {
      if (view.getInt32(at + 4 * index, true) !== words[index]) return false;
    }
    return view.getInt32(at + this.length - 4, true) === this.#last;
  }
}
