const CHUNK_LENGTH = 65_536; // so that no text nears the longest string that the engine can hold

/** UTF-8, one JSON value a line, each line ended. Takes lines as they come, so that none of a million is kept as an object. */
export class LineWriter {
  count = 0;
  readonly #chunks: Uint8Array[] = [];
  #text = '';

  add(line: string): void {
    this.count += 1;
    this.#text += `${line}\n`;
    if (this.#text.length >= CHUNK_LENGTH) this.#endChunk();
  }

  finish(): Uint8Array {
    this.#endChunk();
    return Buffer.concat(this.#chunks);
  }

  #endChunk(): void {
    this.#chunks.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

export function encodeJsonLines(lines: Iterable<string>): Uint8Array {
  const writer = new LineWriter();
  for (const line of lines) writer.add(line);
  return writer.finish();
}
