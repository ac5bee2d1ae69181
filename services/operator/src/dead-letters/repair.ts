import type { RecordPosition } from '@client-tickets/micro-batch';
import { createRecordParser, type Query } from '@client-tickets/records';
import { heldValue, keyBytes, MOST_HELD_BYTES, type DeadLetter } from '@client-tickets/results';
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

/** A record of which the results hold too little to send it again. */
export interface UnsendableLetter {
  readonly origin: RecordPosition;
  /** Why, and what to do instead: the rest of a sentence that begins with its place. */
  readonly refusal: string;
}

/**
 * Merges a patch into the value. Without one the value is sent as it was: right when the rules have changed, or the
 * consumer was wrong. Where the query says what its records are keyed by, a record has that key, whatever the key was before.
 */
export function createRepair({
  record,
  key: keyField,
}: Query): (letter: DeadLetter, patch: MergePatch | undefined) => RepairedLetter | UnsendableLetter {
  const parse = createRecordParser(record);
  return (letter, patch) => {
    const origin = { partition: letter.partition, offset: BigInt(letter.offset) };
    const refusal = refusalOf(letter);
    if (refusal !== undefined) return { origin, refusal };
    const held = heldValue(letter);
    const bytes = held.kind === 'whole' ? held.bytes : null;
    const value = patch === undefined ? bytes : toBytes(applyMergePatch(readJson(bytes), patch));
    const verdict = parse(value);
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

/** A patch does not help: merged into nothing, it would send a record that is mostly not there any more. */
function refusalOf(letter: DeadLetter): string | undefined {
  const { topic, partition, offset, key_bytes: keySize } = letter;
  const held = heldValue(letter);
  if (held.kind === 'unreadable_batch') {
    return (
      'stands for a record batch that could not be read, so there is nothing to send. Find out which producer wrote it, and ' +
      "let it send that batch's records again"
    );
  }
  const tooLarge =
    held.kind === 'too_large'
      ? `its value of ${held.bytes} bytes`
      : keySize === undefined
        ? undefined
        : `its key of ${keySize} bytes`;
  if (tooLarge === undefined) return undefined;
  return (
    `can't be sent from here: ${tooLarge} is in the topic alone, as dead letters hold up to ${MOST_HELD_BYTES}. Read it there ` +
    `(rpk topic consume ${topic} --partitions ${partition} --offset ${offset} --num 1, or kafka-console-consumer.sh), mend ` +
    'it, and produce it again'
  );
}

const toBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** `undefined`: it is no JSON, so the patch has to bring all that the record needs. */
function readJson(value: Uint8Array | null): unknown {
  try {
    return JSON.parse(value === null ? '' : (valueText(value) ?? ''));
  } catch {
    return undefined;
  }
}
