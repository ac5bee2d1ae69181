const NEWLINE = 0x0a;

/** The lines of a file from the first one on, each with its line end. */
export function* linesForwards(body: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < body.length;) {
    const found = body.indexOf(NEWLINE, start);
    const end = found === -1 ? body.length : found + 1;
    yield body.subarray(start, end);
    start = end;
  }
}

/** The lines of a file from the last one back, each with its line end. */
export function* linesBackwards(body: Uint8Array): Generator<Uint8Array> {
  for (let end = body.length; end > 0;) {
    const found = end < 2 ? -1 : body.lastIndexOf(NEWLINE, end - 2);
    yield body.subarray(found + 1, end);
    end = found + 1;
  }
}
