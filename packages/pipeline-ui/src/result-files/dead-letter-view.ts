import { readDeadLetters } from '@client-tickets/results';
import type { DeadLetterView } from '../api/index.ts';

const SHOWN_VALUE_BYTES = 4_096;
const SHOWN_KEY = 200;
const SHOWN_REASON = 2_000;

/** A line of a dead letter file, cut to what is shown. Throws a `RangeError` that says why it is none. */
export function showDeadLetter(line: Uint8Array): DeadLetterView {
  const [letter] = readDeadLetters(line);
  if (letter === undefined) throw new RangeError('expected a dead letter, found an empty line');
  const { partition, offset, timestamp, key, reason, value_base64: base64, value_bytes: bytes } = letter;
  return {
    partition,
    offset,
    timestamp,
    key: key === null ? null : shorten(key, SHOWN_KEY),
    reason: shorten(reason, SHOWN_REASON),
    value:
      bytes === undefined
        ? base64 === null
          ? null
          : showValue(base64)
        : { bytes, base64: null, text: null },
    sentBackTo: null, // files do not know
    isUnreadableBatch: letter.unreadable_batch === true,
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

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
