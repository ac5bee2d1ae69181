import type { ByteBuffer } from '../bytes/byte-buffer.ts';

const QUOTE = 0x22;

/** How JSON spells a character that must not stand in a text as it is. */
const ESCAPES: readonly (Uint8Array | undefined)[] = Array.from({ length: 0x80 }, (_, code) => {
  const json = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
  return json.length > 1 ? Buffer.from(json) : undefined;
});

const LONGEST_ESCAPE = 6;
/** Of longer texts the escapes are counted: six times a large one is memory that is never used. */
const SHORT = 4096;

function sizeOf(source: Uint8Array, start: number, end: number): number {
  let size = end - start;
  for (let at = start; at < end; at += 1) {
    const escape = ESCAPES[source[at] ?? 0];
    if (escape !== undefined) size += escape.length - 1;
  }
  return size;
}

/** The UTF-8 `[start, end)` of the source as a JSON text, with its quotes and the escapes of `JSON.stringify`. */
export function appendJsonText(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
  const size = end - start;
  out.ensure(2 + (size <= SHORT ? LONGEST_ESCAPE * size : sizeOf(source, start, end)));
  const { memory } = out;
  let to = out.length;
  memory[to++] = QUOTE;
  for (let at = start; at < end; at += 1) {
    const byte = source[at] ?? 0;
    const escape = ESCAPES[byte];
    if (escape === undefined) {
      memory[to++] = byte;
    } else {
      memory.set(escape, to);
      to += escape.length;
    }
  }
  memory[to++] = QUOTE;
  out.length = to;
}
