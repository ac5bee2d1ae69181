import type { Field, IntegerField, NumberField, TextField } from '../declaration/field.ts';

/** What a field may hold, as the reason of a dead letter says it: `one of LOW, MEDIUM, HIGH`. */
export function expectedValue(field: Field): string {
  return field.nullable ? `${expectedKind(field)}, or null` : expectedKind(field);
}

function expectedKind(field: Field): string {
  switch (field.kind) {
    case 'text':
      return expectedText(field);
    case 'oneOf':
      return `one of ${field.values.join(', ')}`;
    case 'timestamp':
      return 'an ISO 8601 time';
    case 'integer':
      return `an integer${expectedBounds(field, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)}`;
    case 'number':
      return `a number${expectedBounds(field, -Number.MAX_VALUE, Number.MAX_VALUE)}`;
    case 'boolean':
      return 'true or false';
  }
}

function expectedText({ pattern, minLength, maxLength }: TextField): string {
  const what = minLength > 0 ? 'non-empty Unicode text' : 'Unicode text';
  const least = minLength > 1 ? ` of at least ${minLength} characters` : '';
  const most = maxLength < Infinity ? `${least === '' ? ' of' : ' and'} at most ${maxLength} characters` : '';
  return `${what}${least}${most}${pattern === undefined ? '' : ` that matches ${String(pattern)}`}`;
}

function expectedBounds({ min, max }: IntegerField | NumberField, lowest: number, highest: number): string {
  const from = min > lowest ? ` from ${min} on` : '';
  if (max === highest) return from;
  return min > lowest ? ` from ${min} to ${max}` : ` up to ${max}`;
}
