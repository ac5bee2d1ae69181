import { createHash } from 'node:crypto';
import type { SourceRecord } from '@client-tickets/micro-batch';

/**
 * Keys and values above this stay in the topic, and a dead letter names them: base64, the line and the file of a large one
 * would take several times its size, all at once.
 */
export const MOST_HELD_BYTES = 1024 * 1024;

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
  /** Of a key above `MOST_HELD_BYTES`, whose `key` is `null`. */
  readonly key_bytes?: number | undefined;
  readonly reason: string;
  /** `null` for a tombstone, for a value above `MOST_HELD_BYTES`, and for a record batch that could not be read. */
  readonly value_base64: string | null;
  /** Of a value above `MOST_HELD_BYTES`: its size, and its SHA-256 in hexadecimal digits. */
  readonly value_bytes?: number | undefined;
  readonly value_sha256?: string | undefined;
  /** It stands for all records of a batch of which none could be read, and has no key and no value. */
  readonly unreadable_batch?: true | undefined;
}

export function toDeadLetter(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { offset, timestamp, key, value, problem }: SourceRecord,
  reason: string,
): DeadLetter {
  return {
    topic,
    partition,
    offset: String(offset),
    timestamp: showTime(timestamp),
    ...(isTooLarge(key) ? { key: null, key_bytes: key.length } : { key: key === null ? null : showKey(key) }),
    reason,
    ...(isTooLarge(value)
      ? { value_base64: null, value_bytes: value.length, value_sha256: sha256(value) }
      : { value_base64: value === null ? null : toBase64(value) }),
    ...(problem === undefined ? {} : { unreadable_batch: true }),
  };
}

const isTooLarge = (part: Uint8Array | null): part is Uint8Array =>
  part !== null && part.length > MOST_HELD_BYTES;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

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

/** What a dead letter holds of its value: all bytes, or which of three reasons there are for none. */
export type HeldValue =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'tombstone' | 'unreadable_batch' }
  | { readonly kind: 'too_large'; readonly bytes: number; readonly sha256: string | undefined };

export function heldValue(letter: DeadLetter): HeldValue {
  const { value_base64: base64, value_bytes: bytes, value_sha256: sha, unreadable_batch: isBatch } = letter;
  if (base64 !== null) return { kind: 'whole', bytes: Buffer.from(base64, 'base64') };
  if (bytes !== undefined) return { kind: 'too_large', bytes, sha256: sha };
  return { kind: isBatch === true ? 'unreadable_batch' : 'tombstone' };
}

/** Whether a dead letter is of this value, as far as it can tell. */
export function isValueOf(letter: DeadLetter, value: Uint8Array | null): boolean {
  const held = heldValue(letter);
  switch (held.kind) {
    case 'whole':
      return value !== null && Buffer.compare(held.bytes, value) === 0;
    case 'too_large':
      return value?.length === held.bytes && sha256(value) === held.sha256;
    case 'tombstone':
      return value === null;
    case 'unreadable_batch':
      return true;
  }
}
