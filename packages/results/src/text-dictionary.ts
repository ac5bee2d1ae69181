/**
 * Texts as UTF-8, each kept once, numbered as they come. What the caller holds is a piece of a message, so a text that was
 * seen before is recognized without making a string or a view of it, as long as the caller's guess is right.
 */
export class TextDictionary {
  readonly entries: Uint8Array[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of `message[start, end)`. `guess`: a number that it probably has. */
  numberOf(message: Uint8Array, start: number, end: number, guess: number): number {
    const guessed = this.entries[guess];
    if (guessed !== undefined && equals(guessed, message, start, end)) return guess;
    const text = message.subarray(start, end);
    const key = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('latin1'); // a character a byte
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.entries.length;
    this.#numbers.set(key, number);
    this.entries.push(Uint8Array.from(text));
    return number;
  }
}

function equals(entry: Uint8Array, message: Uint8Array, start: number, end: number): boolean {
  if (entry.length !== end - start) return false;
  for (let i = 0; i < entry.length; i += 1) if (entry[i] !== message[start + i]) return false;
  return true;
}
