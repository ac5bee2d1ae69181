import type { Statistics } from 'hyparquet';
import type { TextRows } from './text-rows.ts';

/** Bytes of a bound; longer ones weigh more than they are worth. */
const LONGEST = 64;

/** The least and the greatest text, byte by byte, where both are short. */
export function textStatistics(texts: TextRows, nulls: number): Statistics {
  const about = { null_count: BigInt(nulls) };
  if (texts.length === 0) return about;
  let least = 0;
  let most = 0;
  for (let row = 1; row < texts.length; row += 1) {
    if (compare(texts, row, most) > 0) most = row;
    else if (compare(texts, row, least) < 0) least = row;
  }
  const [min, max] = [textAt(texts, least), textAt(texts, most)];
  if (min.length > LONGEST || max.length > LONGEST) return about;
  return { ...about, min_value: min.toString(), max_value: max.toString() };
}

function textAt(texts: TextRows, row: number): Buffer {
  return Buffer.from(texts.bytes.subarray(texts.startOf(row), texts.endOf(row)));
}

function compare(texts: TextRows, row: number, other: number): number {
  const { bytes } = texts;
  const end = texts.endOf(row);
  const otherEnd = texts.endOf(other);
  let at = texts.startOf(row);
  let otherAt = texts.startOf(other);
  while (at < end && otherAt < otherEnd) {
    const difference = (bytes[at++] ?? 0) - (bytes[otherAt++] ?? 0);
    if (difference !== 0) return difference;
  }
  return end - at - (otherEnd - otherAt);
}
