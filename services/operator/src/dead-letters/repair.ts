import type { RecordPosition } from '@client-tickets/kafka';
import { keyBytes, valueBytes, type DeadLetter } from '@client-tickets/results';
import { parseTicket } from '@client-tickets/tickets';
import { valueText } from './dead-letter-bytes.ts';
import { applyMergePatch, type MergePatch } from './merge-patch.ts';

/** What is sent for a dead letter, and what the consumer will make of it. */
export interface RepairedLetter {
  readonly origin: RecordPosition;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Why it would be a dead letter again; `undefined`: it is a ticket now. */
  readonly problem: string | undefined;
}

/**
 * Merges a patch into the value. Without one the value is sent as it was: right when the rules have changed, or the
 * consumer was wrong. The key of a ticket is its client, whatever the key was before.
 */
export function repair(letter: DeadLetter, patch: MergePatch | undefined): RepairedLetter {
  const value = patch === undefined ? valueBytes(letter) : toBytes(applyMergePatch(readJson(letter), patch));
  const verdict = parseTicket(value);
  const origin = { partition: letter.partition, offset: BigInt(letter.offset) };
  if (!verdict.ok) return { origin, key: keyBytes(letter), value, problem: verdict.reason };
  return { origin, key: Buffer.from(verdict.record.client_id), value, problem: undefined };
}

const toBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** `undefined`: it is no JSON, so the patch has to bring all that the record needs. */
function readJson(letter: DeadLetter): unknown {
  try {
    return JSON.parse(valueText(letter) ?? '');
  } catch {
    return undefined;
  }
}
