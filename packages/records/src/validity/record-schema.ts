import { z } from 'zod';
import type { Field } from '../declaration/field.ts';
import type { RecordDefinition, RecordOf } from '../declaration/record-definition.ts';
import { formatInstant, parseInstant } from '../time/instant.ts';
import type { TimeZone } from '../time/time-zone.ts';

/** Reads a record from parsed JSON; what it refuses is a dead letter. Fields that are not declared are dropped. */
export type RecordSchema<Definition extends RecordDefinition> = z.ZodType<RecordOf<Definition>>;

/**
 * What decides whether a message is a record. Times without an offset are of `zone`.
 *
 * Text with half of a surrogate pair is refused, which JSON can spell and UTF-8 can't: one such value in a result file would
 * keep readers from the whole file.
 */
export function createRecordSchema<Definition extends RecordDefinition>(
  { fields }: Definition,
  zone: TimeZone,
): RecordSchema<Definition> {
  const shape = Object.entries(fields).map(([name, field]) => [name, schemaOf(field, zone)] as const);
  const schema: z.ZodType = z.object(Object.fromEntries(shape));
  // The compiler can't see through `fromEntries` that each schema is the one of its field.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return schema as RecordSchema<Definition>;
}

function schemaOf(field: Field, zone: TimeZone): z.ZodType {
  const schema = schemaOfKind(field, zone);
  return field.nullable ? schema.nullish().transform((value) => value ?? null) : schema;
}

function schemaOfKind(field: Field, zone: TimeZone): z.ZodType {
  switch (field.kind) {
    case 'text': {
      const text = z
        .string()
        .regex(/^\P{Surrogate}*$/u)
        .min(field.minLength)
        .max(field.maxLength);
      return field.pattern === undefined ? text : text.regex(field.pattern);
    }
    case 'oneOf':
      return z.enum(field.values);
    case 'timestamp':
      return z.string().transform((text, context) => {
        const instant = parseInstant(text, zone);
        if (instant !== undefined) return formatInstant(instant);
        context.addIssue('not a time');
        return z.NEVER;
      });
    case 'integer':
      return z.int().min(field.min).max(field.max).transform(withoutNegativeZero);
    case 'number':
      return z.number().min(field.min).max(field.max).transform(withoutNegativeZero);
    case 'boolean':
      return z.boolean();
  }
}

/** JSON can't write -0 again, so rows would differ between formats. */
function withoutNegativeZero(value: number): number {
  return value + 0;
}
