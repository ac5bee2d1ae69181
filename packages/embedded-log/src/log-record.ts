import type { SourceRecord } from '@client-tickets/micro-batch';
import { EmbeddedLogError } from './errors.ts';
import { frameBytes, MAX_FRAME_BYTES } from './record-frame.ts';

/** A record on its way into the log. */
export interface LogRecord {
  /** Text is stored as UTF-8. */
  readonly key: string | Uint8Array | null;
  readonly value: string | Uint8Array | null;
  /** In milliseconds since the epoch. */
  readonly timestamp: number;
  /** The key chooses, unless it is given. */
  readonly partition?: number;
}

/** Throws `refused` for a record that is larger than the log takes. */
export function toBytes({ key, value, timestamp }: LogRecord): Omit<SourceRecord, 'offset'> {
  const record = { key: bytesOf(key), value: bytesOf(value), timestamp };
  const size = frameBytes(record.key, record.value);
  if (size > MAX_FRAME_BYTES) {
    throw new EmbeddedLogError(
      'refused',
      `A record takes at most ${MAX_FRAME_BYTES} bytes in the log, but this one would take ${size}.`,
    );
  }
  return record;
}

function bytesOf(text: string | Uint8Array | null): Uint8Array | null {
  return typeof text === 'string' ? Buffer.from(text) : text;
}
