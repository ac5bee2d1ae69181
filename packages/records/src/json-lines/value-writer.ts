import type { ByteBuffer, Padded } from '../bytes/byte-buffer.ts';
import { padded } from '../bytes/padded.ts';
import { BooleanColumn } from '../columns/boolean-column.ts';
import type { Column } from '../columns/column.ts';
import { IntegerColumn } from '../columns/integer-column.ts';
import { NumberColumn } from '../columns/number-column.ts';
import { OneOfColumn } from '../columns/one-of-column.ts';
import { TextColumn } from '../columns/text-column.ts';
import { TimestampColumn } from '../columns/timestamp-column.ts';
import { appendJsonText } from '../json/append-json-text.ts';
import { createTimestampWriter } from './timestamp-writer.ts';

/** Appends a column's value of a row as JSON, with what stands before it. */
export type ValueWriter = (out: ByteBuffer, row: number) => void;

const QUOTE = 0x22;

/**
 * Also writes `null` where a row has no value. `before` is the value's name, and what parts it from the value before: values of
 * which there are few are joined with it, once.
 */
export function createValueWriter(column: Column, before: string): ValueWriter {
  const write = writerOf(column, before);
  const { present } = column;
  if (present === undefined) return write;
  const none = padded(`${before}null`);
  return (out, row) => {
    if (present[row] === 1) write(out, row);
    else out.appendPadded(none);
  };
}

/** A value is one of a few, and these are they, with what stands before them. */
export function choiceWriter(values: ArrayLike<number>, choices: readonly Padded[]): ValueWriter {
  const none = padded('');
  return (out, row) => out.appendPadded(choices[values[row] ?? 0] ?? none);
}

function writerOf(column: Column, before: string): ValueWriter {
  if (column instanceof TextColumn) return textWriter(column, before);
  if (column instanceof OneOfColumn) {
    const choices = column.field.values.map((value) => padded(before + JSON.stringify(value)));
    return choiceWriter(column.values, choices);
  }
  if (column instanceof TimestampColumn) return createTimestampWriter(column, before);
  if (column instanceof IntegerColumn || column instanceof NumberColumn) {
    const name = padded(before);
    return (out, row) => {
      out.appendPadded(name);
      writeNumber(out, column.values[row] ?? 0);
    };
  }
  if (column instanceof BooleanColumn) {
    return choiceWriter(column.values, [padded(`${before}false`), padded(`${before}true`)]);
  }
  throw new TypeError(`${column.name}: no writer of JSON for its kind`);
}

function textWriter(column: TextColumn, before: string): ValueWriter {
  const name = padded(before);
  const opened = padded(`${before}"`);
  return (out, row) => {
    if (column.dictionary !== undefined) {
      out.appendPadded(name);
      column.dictionary.json.appendTo(out, column.numbers[row] ?? 0);
      return;
    }
    const { texts, ends } = column;
    const start = row === 0 ? 0 : (ends[row - 1] ?? 0);
    const end = ends[row] ?? 0;
    if (column.escapes[row] === 1) {
      out.appendPadded(name);
      appendJsonText(out, texts.memory, start, end);
      return;
    }
    out.appendPadded(opened);
    out.appendPart(texts.view, start, end);
    out.push(QUOTE);
  };
}

function writeNumber(out: ByteBuffer, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) out.appendDecimal(value);
  else out.append(Buffer.from(JSON.stringify(value)));
}
