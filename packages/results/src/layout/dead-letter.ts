import type { SourceRecord } from '@client-tickets/micro-batch';

/** One line of a dead letter file: a record that is no ticket, why, and all that is needed to send it again. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  /** A string, because offsets go past what every JSON reader holds exactly. */
  readonly offset: string;
  /** ISO 8601 in UTC. `null` when the record has no time (Kafka's -1), or one before 1970 or after the year 9999. */
  readonly timestamp: string | null;
  /** The key's UTF-8 text. A key that is no UTF-8 is `base64:` and its bytes, and so is one that itself starts so. */
  readonly key: string | null;
  readonly reason: string;
  /** `null` for a tombstone. */
  readonly value_base64: string | null;
}

export function toDeadLetter(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { offset, timestamp, key, value }: SourceRecord,
  reason: string,
): DeadLetter {
  return {
    topic,
    partition,
    offset: String(offset),
    timestamp: showTime(timestamp),
    key: key === null ? null : showKey(key),
    reason,
    value_base64: value === null ? null : toBase64(value),
  };
}

/** Any producer may send any timestamp; one that no date can hold must neither stop the batch nor spoil the column. */
function showTime(timestamp: number): string | null {
  const isDate = timestamp >= 0 && timestamp < Date.UTC(10_000, 0);
  return isDate ? new Date(timestamp).toISOString() : null;
}

const BASE64 = 'base64:';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function showKey(key: Uint8Array): string {
  try {
    const text = utf8.decode(key);
    if (!text.startsWith(BASE64)) return text;
  } catch {
    // Not UTF-8: shown as its bytes, below.
  }
  return `${BASE64}${toBase64(key)}`;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The key's bytes as they were in the topic. */
export function keyBytes({ key }: Pick<DeadLetter, 'key'>): Uint8Array | null {
  if (key === null) return null;
  return key.startsWith(BASE64) ? Buffer.from(key.slice(BASE64.length), 'base64') : Buffer.from(key);
}

/** The value's bytes as they were in the topic; `null` for a tombstone. */
export function valueBytes({ value_base64 }: Pick<DeadLetter, 'value_base64'>): Uint8Array | null {
  return value_base64 === null ? null : Buffer.from(value_base64, 'base64');
}
