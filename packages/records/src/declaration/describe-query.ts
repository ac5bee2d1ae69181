import type { Field } from './field.ts';
import type { Query } from './query.ts';

/**
 * What a declaration says, in words: what decides the bytes of results, kept with a checkpoint so that another declaration is told
 * from this one, and what changed can be said. A column's own name stands for what is declared of it; other names have a blank, which
 * no column can have. Items of a list are separated by `, `.
 */
export function describeQuery({
  table,
  record,
  derive,
  countsFiles,
  windows,
}: Query): Readonly<Record<string, string>> {
  const fields = Object.entries(record.fields);
  return {
    'table of rows': table,
    'kind of record': record.name,
    'order of fields': fields.map(([name]) => name).join(', '),
    ...Object.fromEntries(fields.map(([name, field]) => [name, describeField(field)])),
    ...Object.fromEntries(
      Object.entries(derive).map(([name, { from, values }]) => [name, describeLookup(from, values)]),
    ),
    ...Object.fromEntries(countsFiles.map(({ name, column }) => [`counts ${name}`, `by ${column}`])),
    ...(windows && {
      [`counts ${windows.name}`]: `by ${windows.column} per ${windows.unit} of ${windows.time}`,
    }),
  };
}

function describeField(field: Field): string {
  const kind = describeKind(field);
  return field.nullable ? `${kind}, nullable` : kind;
}

function describeKind(field: Field): string {
  switch (field.kind) {
    case 'oneOf':
      return field.values.map(item).join(', ');
    case 'text':
      return `text${field.pattern === undefined ? '' : ` ${String(field.pattern)}`} of ${field.minLength} to ${field.maxLength}`;
    case 'integer':
    case 'number':
      return `${field.kind} from ${field.min} to ${field.max}`;
    case 'timestamp':
    case 'boolean':
      return field.kind;
  }
}

function describeLookup(from: string, values: Readonly<Record<string, string>>): string {
  return [
    `by ${from}`,
    ...Object.entries(values).map(([value, found]) => `${item(value)} → ${item(found)}`),
  ].join(', ');
}

/** A text with a comma must not look like two. */
function item(text: string): string {
  return text.includes(',') ? JSON.stringify(text) : text;
}
