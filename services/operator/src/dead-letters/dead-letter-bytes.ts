/** A value as text, when it is UTF-8. */
export function valueText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const WIDTH = 16;

/** As `hexdump -C` shows it: place, bytes, and what is printable of them. At most `most` bytes. */
export function hexDump(bytes: Uint8Array, most: number): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < Math.min(bytes.length, most); start += WIDTH) {
    const row = [...bytes.subarray(start, Math.min(start + WIDTH, most))];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${start.toString(16).padStart(8, '0')}  ${hex.padEnd(WIDTH * 3 - 1)}  ${text}`);
  }
  if (bytes.length > most) lines.push(`… ${bytes.length - most} more bytes`);
  return lines;
}
