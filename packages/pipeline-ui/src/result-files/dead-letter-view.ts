import { z } from 'zod';
import type { DeadLetterView } from '../api/index.ts';

/** A line of a dead letter file, as packages/results writes it. */
const line = z.object({
  partition: z.int(),
  offset: z.string().regex(/^\d{1,19}$/),
  timestamp: z.string().nullable(),
  key: z.string().nullable(),
  reason: z.string(),
  value_base64: z.string().nullable(),
});

const SHOWN_VALUE_BYTES = 4_096;
const SHOWN_KEY = 200;
const SHOWN_REASON = 2_000;

/** Reads a line back, cut to what is shown; `undefined` when it is none. */
export function parseDeadLetter(bytes: Uint8Array): DeadLetterView | undefined {
  const parsed = line.safeParse(parseJson(bytes));
  if (!parsed.success) return undefined;
  const { partition, offset, timestamp, key, reason, value_base64: base64 } = parsed.data;
  return {
    partition,
    offset,
    timestamp,
    key: key === null ? null : shorten(key, SHOWN_KEY),
    reason: shorten(reason, SHOWN_REASON),
    value: base64 === null ? null : showValue(base64),
  };
}

function showValue(base64: string): DeadLetterView['value'] {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  const bytes = (base64.length / 4) * 3 - padding;
  const shown = Buffer.from(base64.slice(0, Math.ceil(SHOWN_VALUE_BYTES / 3) * 4), 'base64').subarray(
    0,
    SHOWN_VALUE_BYTES,
  );
  return { bytes, base64: shown.toString('base64'), text: decode(shown, shown.length < bytes) };
}

/** `isCut`: a character at the end may be incomplete. */
function decode(bytes: Uint8Array, isCut: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return null;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
