const NEWLINE = 0x0a;

/** The lines of a file from the first one on, without decoding what nobody asks for. */
export function* linesForwards(body: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < body.length;) {
    const found = body.indexOf(NEWLINE, start);
    const end = found === -1 ? body.length : found;
    if (end > start) yield body.subarray(start, end);
    start = end + 1;
  }
}

/** The lines of a file from the last one back. */
export function* linesBackwards(body: Uint8Array): Generator<Uint8Array> {
  for (let end = body.length; end > 0;) {
    const found = body.lastIndexOf(NEWLINE, end - 1);
    if (end > found + 1) yield body.subarray(found + 1, end);
    end = found;
  }
}
