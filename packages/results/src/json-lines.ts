const CHUNK_LENGTH = 65_536; // so that no text nears the longest string that the engine can hold

/** UTF-8, one JSON value a line, each line ended. */
export function encodeJsonLines(lines: Iterable<string>): Uint8Array {
  const chunks: Uint8Array[] = [];
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length >= CHUNK_LENGTH) {
      chunks.push(Buffer.from(text));
      text = '';
    }
  }
  chunks.push(Buffer.from(text));
  return Buffer.concat(chunks);
}

export const JSON_LINES_TYPE = 'application/x-ndjson';
