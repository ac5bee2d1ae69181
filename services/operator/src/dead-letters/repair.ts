import { parseTicket } from '@client-tickets/tickets';
import type { DeadLetter } from '@client-tickets/results';
import { keyBytes, valueBytes, valueText } from './dead-letter-bytes.ts';
import { applyJsonPatch, type JsonPatch } from './json-patch.ts';
import type { Repaired } from './requeue.ts';

/** What becomes of a value before it is sent. */
export type Repair = (letter: DeadLetter) => Uint8Array | null;

/** What is sent for a dead letter, and what the consumer will make of it. */
export interface RepairedLetter extends Repaired {
  readonly letter: DeadLetter;
  /** Why it would be a dead letter again; `undefined`: it is a ticket now. */
  readonly problem: string | undefined;
}

/** Sent as it was: right when the rules have changed, or the consumer was wrong. */
export const unchanged: Repair = (letter) => valueBytes(letter);

/** Throws a `RangeError` when the value is no JSON that can be patched. An object to be merged fits any value. */
export function patchWith(patch: JsonPatch): Repair {
  return (letter) => Buffer.from(JSON.stringify(applyJsonPatch(toJson(letter, patch), patch)));
}

function toJson(letter: DeadLetter, patch: JsonPatch): unknown {
  try {
    return JSON.parse(valueText(letter) ?? '');
  } catch (error) {
    if (patch.kind === 'merge') return undefined; // RFC 7396: what is no object is taken for an empty one
    throw new RangeError(
      'its value is no JSON, so operations have nothing to work on; merge an object, or use --edit',
      {
        cause: error,
      },
    );
  }
}

/** The key of a ticket is its client, whatever the key was before. */
export function repair(letter: DeadLetter, change: Repair): RepairedLetter {
  const value = change(letter);
  const verdict = parseTicket(value);
  const origin = { partition: letter.partition, offset: BigInt(letter.offset) };
  if (!verdict.ok) return { letter, origin, key: keyBytes(letter), value, problem: verdict.reason };
  return { letter, origin, key: Buffer.from(verdict.ticket.client_id), value, problem: undefined };
}
