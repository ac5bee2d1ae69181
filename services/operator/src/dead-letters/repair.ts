import type { RecordPosition } from '@client-tickets/kafka';
import { createRecordParser, type Query } from '@client-tickets/records';
import { keyBytes, valueBytes, type DeadLetter } from '@client-tickets/results';
import { valueText } from './dead-letter-bytes.ts';
import { applyMergePatch, type MergePatch } from './merge-patch.ts';

/** What is sent for a dead letter, and what the consumer will make of it. */
export interface RepairedLetter {
  readonly origin: RecordPosition;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Why it would be a dead letter again; `undefined`: it is a record now. */
  readonly problem: string | undefined;
}

/**
 * Merges a patch into the value. Without one the value is sent as it was: right when the rules have changed, or the
 * consumer was wrong. Where the query says what its records are keyed by, a record has that key, whatever the key was before.
 */
export function createRepair({
  record,
  key: keyField,
}: Query): (letter: DeadLetter, patch: MergePatch | undefined) => RepairedLetter {
  const parse = createRecordParser(record);
  return (letter, patch) => {
    const value =
      patch === undefined ? valueBytes(letter) : toBytes(applyMergePatch(readJson(letter), patch));
    const verdict = parse(value);
    const origin = { partition: letter.partition, offset: BigInt(letter.offset) };
    if (!verdict.ok) return { origin, key: keyBytes(letter), value, problem: verdict.reason };
    const key = keyField === undefined ? null : verdict.record[keyField];
    return {
      origin,
      key: typeof key === 'string' ? Buffer.from(key) : keyBytes(letter),
      value,
      problem: undefined,
    };
  };
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
