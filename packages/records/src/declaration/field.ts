/** What every kind of field has. A field that is nullable may hold `null` or be missing; both are read as `null`. */
interface Nullability {
  readonly nullable: boolean;
}

/** Unicode text, of `minLength` to `maxLength` UTF-16 units, that `pattern` matches where there is one. */
export interface TextField extends Nullability {
  readonly kind: 'text';
  readonly pattern: RegExp | undefined;
  readonly minLength: number;
  readonly maxLength: number;
}

export interface OneOfField<Value extends string = string> extends Nullability {
  readonly kind: 'oneOf';
  readonly values: readonly Value[];
}

/** An ISO 8601 time. Its value is a text in UTC: `2026-11-22T09:30:00.000Z`, with six decimals where three don't hold it. */
export interface TimestampField extends Nullability {
  readonly kind: 'timestamp';
}

/** A whole number within ±(2^53 - 1) and these bounds. */
export interface IntegerField extends Nullability {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
}

/** A finite double within these bounds. */
export interface NumberField extends Nullability {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
}

export interface BooleanField extends Nullability {
  readonly kind: 'boolean';
}

export type Field = TextField | OneOfField | TimestampField | IntegerField | NumberField | BooleanField;

/** What a record holds for a field. */
export type ValueOf<F extends Field> = F extends { readonly nullable: true }
  ? BareValue<F> | null
  : BareValue<F>;

type BareValue<F extends Field> = F extends {
  readonly kind: 'oneOf';
  readonly values: readonly (infer Value)[];
}
  ? Value
  : F extends { readonly kind: 'integer' | 'number' }
    ? number
    : F extends { readonly kind: 'boolean' }
      ? boolean
      : string;

type Required<F extends Field> = Omit<F, 'nullable'> & { readonly nullable: false };
type Nullable<F extends Field> = Omit<F, 'nullable'> & { readonly nullable: true };

/** Non-empty Unicode text; `length` gives other bounds. A pattern must not have the flags `g` or `y`, which carry state. */
export function text(
  options: {
    readonly pattern?: RegExp;
    readonly length?: { readonly min?: number; readonly max?: number };
  } = {},
): Required<TextField> {
  const { pattern, length: { min = 1, max = Infinity } = {} } = options;
  if (pattern !== undefined && /[gy]/.test(pattern.flags)) {
    throw new RangeError(`pattern: expected none of the flags g and y, found ${String(pattern)}`);
  }
  return { kind: 'text', pattern, minLength: min, maxLength: max, nullable: false };
}

/** One of a few texts, in the order in which they are shown. */
export function oneOf<const Value extends string>(...values: readonly Value[]): Required<OneOfField<Value>> {
  if (values.length === 0 || values.some((value) => value === '') || new Set(values).size < values.length) {
    throw new RangeError(
      `oneOf: expected different texts that are not empty, found ${JSON.stringify(values)}`,
    );
  }
  return { kind: 'oneOf', values, nullable: false };
}

export function timestamp(): Required<TimestampField> {
  return { kind: 'timestamp', nullable: false };
}

export function integer(
  bounds: { readonly min?: number; readonly max?: number } = {},
): Required<IntegerField> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  return { kind: 'integer', min, max, nullable: false };
}

export function number(bounds: { readonly min?: number; readonly max?: number } = {}): Required<NumberField> {
  const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = bounds;
  return { kind: 'number', min, max, nullable: false };
}

export function boolean(): Required<BooleanField> {
  return { kind: 'boolean', nullable: false };
}

/** A field that may be `null` or missing: `nullable(text())`. */
export function nullable<F extends Field>(field: F): Nullable<F> {
  return { ...field, nullable: true };
}
