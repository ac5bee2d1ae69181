import { isUtf8 } from 'node:buffer';
import type { RecordDefinition, RecordOf } from '../declaration/record-definition.ts';
import { parseFlatJson } from '../json/parse-outline.ts';
import { utc, type TimeZone } from '../time/time-zone.ts';
import { expectedValue } from './expected-value.ts';
import { createRecordSchema } from './record-schema.ts';
import { showBytes, showValue } from './show-value.ts';

/** Why a message is no record, as few words to count by. */
export const RECORD_PROBLEMS = ['TOMBSTONE', 'NOT_UTF8', 'NOT_JSON', 'NOT_AN_OBJECT', 'WRONG_FIELD'] as const;
export type RecordProblem = (typeof RECORD_PROBLEMS)[number];

/** `unknownFields` are dropped. `reason` names each field that is wrong and what it holds: `type: expected one of ..., found "SALES"`. */
export type RecordVerdict<Definition extends RecordDefinition> =
  | { readonly ok: true; readonly record: RecordOf<Definition>; readonly unknownFields: readonly string[] }
  | { readonly ok: false; readonly problem: RecordProblem; readonly reason: string };

export type RecordParser<Definition extends RecordDefinition> = (
  value: Uint8Array | null,
) => RecordVerdict<Definition>;

// What is shown of a message that is no JSON shows its mark.
const utf8WithMark = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Tells a record from a dead letter; never throws. Times without an offset are of `zone`.
 *
 * A reason ends up in result files, which have to come out the same on every machine, so its words are this package's
 * own: neither zod's nor those of the engine's JSON parser.
 */
export function createRecordParser<Definition extends RecordDefinition>(
  definition: Definition,
  zone: TimeZone = utc,
): RecordParser<Definition> {
  const schema = createRecordSchema(definition, zone);
  const names = new Set(Object.keys(definition.fields));
  const expected = Object.entries(definition.fields).map(
    ([name, field]) => [name, expectedValue(field)] as const,
  );

  return (value) => {
    if (value === null) return refuse('TOMBSTONE', 'value: expected a JSON object, found a tombstone (null)');

    if (!isUtf8(value)) return refuse('NOT_UTF8', `value: expected UTF-8 text, found ${showBytes(value)}`);

    let json: unknown;
    try {
      json = parseFlatJson(value, names);
    } catch {
      return refuse('NOT_JSON', `value: expected JSON, found ${showValue(utf8WithMark.decode(value))}`);
    }
    if (!isObject(json)) {
      return refuse('NOT_AN_OBJECT', `value: expected a JSON object, found ${showValue(json)}`);
    }

    const parsed = schema.safeParse(json);
    if (parsed.success) {
      const unknownFields = Object.keys(json).filter((name) => !names.has(name));
      return { ok: true, record: parsed.data, unknownFields };
    }
    const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0]));
    const reasons = expected
      .filter(([name]) => wrong.has(name))
      .map(([name, rule]) => `${name}: expected ${rule}, found ${showValue(json[name])}`);
    return refuse('WRONG_FIELD', reasons.join('; '));
  };
}

function refuse(problem: RecordProblem, reason: string) {
  return { ok: false, problem, reason } as const;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
