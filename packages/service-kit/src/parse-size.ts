const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/** Reads `128 MB`, a MB being 1,048,576 bytes as with Spark and Flink. Throws an `Error` that says what was expected. */
export function parseSize(text: string): number {
  const match = /^\s*(\d{1,9})\s*(B|KB|MB|GB)\s*$/i.exec(text);
  const bytes = Number(match?.[1]) * (UNIT_BYTES[match?.[2]?.toUpperCase() ?? ''] ?? Number.NaN);
  if (!(bytes > 0)) throw new RangeError(`expected a size such as 128 MB, found ${JSON.stringify(text)}`);
  return bytes;
}
