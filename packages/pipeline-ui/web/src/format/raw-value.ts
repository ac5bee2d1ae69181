const LINE_BYTES = 16;

/** Characters that one does not see or that change how others are shown; tabs and line ends may stay. */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text that may hold anything, for people: control characters become their symbols, other unseen ones their code. */
export function showText(text: string): string {
  return text.replace(UNSEEN, (mark) => {
    const code = mark.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** As `hexdump -C` has it: `00000000  ff fe 00 41  |...A|`. */
export function showHex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += LINE_BYTES) {
    const line = [...bytes.subarray(start, start + LINE_BYTES)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${start.toString(16).padStart(8, '0')}  ${hex.padEnd(3 * LINE_BYTES - 1)}  |${text}|`);
  }
  return lines.join('\n');
}
