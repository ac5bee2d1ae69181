const LONGEST = 60; // characters of a text, or bytes, that are shown

/**
 * A value from JSON as a sentence may name it: one line, bounded, and nothing that a terminal acts on. The
 * same on every version of Node, so no Unicode properties: what is not plain Latin text is escaped.
 */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return showText(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}

function showText(text: string): string {
  const shown = JSON.stringify(text.slice(0, LONGEST)).replaceAll(
    /[^\x20-\x7e\u00a1-\u00ac\u00ae-\u02af]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > LONGEST ? `${shown} and ${text.length - LONGEST} more characters` : shown;
}

/** `0x7b22ff and 21 more bytes` */
export function showBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, LONGEST / 2)).toString('hex');
  const rest = bytes.length - LONGEST / 2;
  return rest > 0 ? `0x${hex} and ${rest} more bytes` : `0x${hex}`;
}
