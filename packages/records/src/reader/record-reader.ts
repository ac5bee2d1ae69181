import { viewOf } from '../bytes/byte-buffer.ts';
import { SLACK } from '../bytes/slack.ts';
import { BooleanColumn } from '../columns/boolean-column.ts';
import type { Column, Spelling } from '../columns/column.ts';
import { IntegerColumn } from '../columns/integer-column.ts';
import { NumberColumn } from '../columns/number-column.ts';
import { createOneOfDictionary, OneOfColumn } from '../columns/one-of-column.ts';
import { RecordColumns } from '../columns/record-columns.ts';
import { TextColumn } from '../columns/text-column.ts';
import { TextMemory } from '../columns/text-memory.ts';
import { TimestampColumn } from '../columns/timestamp-column.ts';
import { nullable, text, type Field } from '../declaration/field.ts';
import type { RecordDefinition } from '../declaration/record-definition.ts';
import { utc, type TimeZone } from '../time/time-zone.ts';
import { QUOTE } from '../json/json-text.ts';
import { skipValue } from '../json/json-value.ts';
import { Layouts } from './layouts.ts';
import { ABSENT, END, NULL, nullField, nullOf, RecordParts, SKIP } from './record-parts.ts';
import { tokenizeRecord } from './record-tokenizer.ts';

const EXTRA = nullable(text());

/** So many layouts are learned at once; after that one in `LEARN_EVERY` records that needed the tokenizer. */
const EAGER = 16;
const LEARN_EVERY = 256;

/**
 * Reads records into columns, from bytes that other programs wrote. Blanks, escapes, another order of fields, and fields more than
 * are declared cost next to nothing, because a program writes all its messages in one layout, and layouts are learned. What has a
 * layout that is not known goes through a tokenizer, which takes three times as long and still allocates nothing.
 *
 * It only ever says "yes", which adds a row, or "don't know": then `createRecordParser` alone decides what the message is. That both
 * agree about every "yes", values included, is a property that is tested. What was learned changes no value and no result, so
 * one reader may serve any number of columns at once.
 */
export class RecordReader {
  readonly #fields: readonly (readonly [name: string, field: Field])[];
  readonly #names: readonly Uint8Array[];
  readonly #makers: readonly ((spelling: Spelling, capacity: number) => Column)[];
  readonly #layouts = new Layouts();
  readonly #parts: RecordParts;
  #sinceLearned = 0;

  readonly #extra: TextMemory | undefined;

  /** Times without an offset are of `zone`. `keepUnknownFields`: in a column `extra`. */
  constructor(
    { fields }: RecordDefinition,
    options: { readonly zone?: TimeZone; readonly keepUnknownFields?: boolean } = {},
  ) {
    const { zone = utc, keepUnknownFields = false } = options;
    this.#fields = Object.entries(fields);
    this.#names = this.#fields.map(([name]) => Buffer.from(name));
    this.#makers = this.#fields.map(([name, field]) => columnMaker(name, field, zone));
    this.#parts = new RecordParts(this.#fields.length);
    this.#extra = keepUnknownFields ? new TextMemory(EXTRA) : undefined;
  }

  /** Columns for so many rows. */
  createColumns(capacity: number): RecordColumns {
    const spelling: Spelling = { odd: false };
    const extra = this.#extra;
    return new RecordColumns(
      this.#makers.map((make) => make(spelling, capacity)),
      // Its texts are written by this package, so they are no matter of spelling.
      extra && new TextColumn('extra', EXTRA, extra, { odd: false }, capacity),
      spelling,
      capacity,
    );
  }

  /** Reads the message `bytes[start, end)`, of which `view` is a view. `false`: don't know. */
  read(bytes: Uint8Array, view: DataView, start: number, end: number, to: RecordColumns): boolean {
    if (end + SLACK <= view.byteLength) return this.#read(bytes, view, start, end, to);
    // The last record of a block: from where there is room behind it.
    const aside = new Uint8Array(end - start + SLACK);
    aside.set(bytes.subarray(start, end));
    return this.#read(aside, viewOf(aside), 0, end - start, to);
  }

  #read(bytes: Uint8Array, view: DataView, start: number, end: number, to: RecordColumns): boolean {
    to.spelling.odd = false;
    if (!this.#readKnown(bytes, view, start, end, to)) {
      to.spelling.odd = false;
      if (!this.#readAny(bytes, view, start, end, to)) return false;
    }
    if (to.extra === undefined) to.length += 1;
    else to.finishRow(to.unknownFields, bytes.subarray(start, end));
    return true;
  }

  /** A record of a layout that was seen before. */
  #readKnown(bytes: Uint8Array, view: DataView, start: number, end: number, to: RecordColumns): boolean {
    const layouts = this.#layouts;
    const { columns, length: row } = to;
    let at = start;
    let node = layouts.root;
    for (;;) {
      node = layouts.match(node, view, at);
      if (node < 0) return false;
      const value = at + layouts.sizeOf(node);
      if (value > end) return false;
      const action = layouts.actionOf(node);
      let after = -1;
      if (action >= 0) after = columns[action]?.read(bytes, view, value, end, row) ?? -1;
      else if (action === SKIP) after = skipValue(bytes, view, value, end);
      else if (action !== END) after = columns[nullField(action)]?.addNull(row) === true ? value : -1;
      else if (value === end) return this.#finishKnown(node, to);
      if (after < 0) {
        // Another literal may begin like this one, say with `null` behind it.
        node = layouts.otherOf(node);
      } else {
        at = after;
        node = layouts.nextOf(node);
      }
    }
  }

  #finishKnown(node: number, to: RecordColumns): boolean {
    const end = this.#layouts.endOf(node);
    if (end === undefined) return false;
    for (const field of end.absent) if (to.columns[field]?.addNull(to.length) !== true) return false;
    to.isPlain = end.isPlain && !to.spelling.odd;
    to.unknownFields = end.unknownFields;
    return true;
  }

  #readAny(bytes: Uint8Array, view: DataView, start: number, end: number, to: RecordColumns): boolean {
    const parts = this.#parts;
    this.#sinceLearned += 1;
    if (!tokenizeRecord(bytes, view, start, end, this.#names, parts)) return false;
    const { columns, length: row } = to;
    for (let field = 0; field < columns.length; field += 1) {
      const column = columns[field];
      const at = parts.starts[field] ?? ABSENT;
      if (column === undefined) return false;
      if (at === ABSENT || at === NULL) {
        if (!column.addNull(row)) return false;
        continue;
      }
      if ((bytes[at - 1] === QUOTE) !== column.isQuoted) return false;
      const close = parts.ends[field] ?? 0;
      if (column.read(bytes, view, at, end, row) !== (close < 0 ? ~close : close)) return false;
    }
    to.isPlain = false;
    to.unknownFields = [...parts.unknownFields];
    if (parts.isLearnable && (this.#layouts.learned < EAGER || this.#sinceLearned >= LEARN_EVERY))
      this.#learn(bytes);
    return true;
  }

  #learn(bytes: Uint8Array): void {
    const parts = this.#parts;
    const absent = this.#fields.flatMap((_, field) => (parts.starts[field] === ABSENT ? [field] : []));
    const unknownFields = [...parts.unknownFields];
    this.#layouts.learn(bytes, parts, { isPlain: this.#isPlain(bytes), absent, unknownFields });
    this.#sinceLearned = 0;
  }

  /** Whether the literals are those of a JSON line. */
  #isPlain(bytes: Uint8Array): boolean {
    const { numbers, count } = this.#parts;
    if (count !== this.#fields.length + 1) return false;
    let wasText = false;
    const isPlain = this.#fields.every(([name, { kind }], index) => {
      const action = numbers[3 * index + 2];
      const isNull = action === nullOf(index);
      const isText = !isNull && (kind === 'text' || kind === 'oneOf' || kind === 'timestamp');
      const before = `${wasText ? '"' : ''}${index === 0 ? '{' : ','}`;
      wasText = isText;
      const literal = `${before}"${name}":${isNull ? 'null' : isText ? '"' : ''}`;
      return (isNull || action === index) && this.#literal(bytes, index) === literal;
    });
    return isPlain && this.#literal(bytes, count - 1) === `${wasText ? '"' : ''}}`;
  }

  #literal(bytes: Uint8Array, part: number): string {
    const { numbers } = this.#parts;
    return Buffer.from(bytes.subarray(numbers[3 * part], numbers[3 * part + 1])).toString();
  }
}

function columnMaker(
  name: string,
  field: Field,
  zone: TimeZone,
): (spelling: Spelling, capacity: number) => Column {
  switch (field.kind) {
    case 'text': {
      const memory = new TextMemory(field);
      return (spelling, capacity) => new TextColumn(name, field, memory, spelling, capacity);
    }
    case 'oneOf': {
      const dictionary = createOneOfDictionary(field);
      return (spelling, capacity) => new OneOfColumn(name, field, dictionary, spelling, capacity);
    }
    case 'timestamp':
      return (spelling, capacity) => new TimestampColumn(name, field, zone, spelling, capacity);
    case 'integer':
      return (_spelling, capacity) => new IntegerColumn(name, field, capacity);
    case 'number':
      return (spelling, capacity) => new NumberColumn(name, field, spelling, capacity);
    case 'boolean':
      return (_spelling, capacity) => new BooleanColumn(name, field, capacity);
  }
}
