import type { SchemaElement } from 'hyparquet';
import type { Field } from '../declaration/field.ts';
import type { Query } from '../declaration/query.ts';

/**
 * The columns of a query's result files:
 *
 * | kind | type |
 * |---|---|
 * | text, oneOf, derived columns, `extra` | string (UTF-8) |
 * | timestamp | timestamp, microseconds, UTC |
 * | integer, `kafka_offset` | 64-bit integer |
 * | `kafka_partition` | 32-bit integer |
 * | number | double |
 * | boolean | boolean |
 *
 * Those of nullable fields are optional, all others required.
 */
export function parquetSchema({ record, derived }: Query, hasExtra: boolean): SchemaElement[] {
  const fields = Object.entries(record.fields).map(([name, field]) => elementOf(name, field));
  const derivedFields = derived.map(({ name, from }) =>
    textElement(name, record.fields[from]?.nullable ?? false),
  );
  const columns: SchemaElement[] = [
    ...fields,
    ...(hasExtra ? [textElement('extra', true)] : []),
    ...derivedFields,
    { name: 'kafka_partition', type: 'INT32', repetition_type: 'REQUIRED' },
    { name: 'kafka_offset', type: 'INT64', repetition_type: 'REQUIRED' },
  ];
  return [{ name: record.name, num_children: columns.length }, ...columns];
}

function elementOf(name: string, field: Field): SchemaElement {
  const about = { name, repetition_type: repetitionOf(field.nullable) } as const;
  switch (field.kind) {
    case 'text':
    case 'oneOf':
      return textElement(name, field.nullable);
    case 'timestamp':
      return {
        ...about,
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      };
    case 'integer':
      return { ...about, type: 'INT64' };
    case 'number':
      return { ...about, type: 'DOUBLE' };
    case 'boolean':
      return { ...about, type: 'BOOLEAN' };
  }
}

function textElement(name: string, nullable: boolean): SchemaElement {
  return {
    name,
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
    repetition_type: repetitionOf(nullable),
  };
}

function repetitionOf(nullable: boolean): 'OPTIONAL' | 'REQUIRED' {
  return nullable ? 'OPTIONAL' : 'REQUIRED';
}
