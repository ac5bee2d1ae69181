import type { ByteBuffer } from '../bytes/byte-buffer.ts';
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

/** Appends a column's value of a row as JSON. */
export type ValueWriter = (out: ByteBuffer, row: number) => void;

const QUOTE = 0x22;
const NULL = padded('null');
const BOOLEANS = [padded('false'), padded('true')];

/** Also writes `null` where a row has no value. */
export function createValueWriter(column: Column): ValueWriter {
  const write = writerOf(column);
  const { present } = column;
  if (present === undefined) return write;
  return (out, row) => {
    if (present[row] === 1) write(out, row);
    else out.appendPart(NULL.view, 0, NULL.size);
  };
}

function writerOf(column: Column): ValueWriter {
  if (column instanceof TextColumn) return (out, row) => writeText(column, out, row);
  if (column instanceof OneOfColumn) {
    return (out, row) => column.json.appendTo(out, column.values[row] ?? 0);
  }
  if (column instanceof TimestampColumn) return createTimestampWriter(column);
  if (column instanceof IntegerColumn || column instanceof NumberColumn) {
    return (out, row) => writeNumber(out, column.values[row] ?? 0);
  }
  if (column instanceof BooleanColumn) {
    return (out, row) => {
      const word = BOOLEANS[column.values[row] ?? 0] ?? NULL;
      out.appendPart(word.view, 0, word.size);
    };
  }
  throw new TypeError(`${column.name}: no writer of JSON for its kind`);
}

function writeText(column: TextColumn, out: ByteBuffer, row: number): void {
  if (column.dictionary !== undefined) {
    column.dictionary.json.appendTo(out, column.numbers[row] ?? 0);
    return;
  }
  const { texts, ends } = column;
  const start = row === 0 ? 0 : (ends[row - 1] ?? 0);
  const end = ends[row] ?? 0;
  if (column.escapes[row] === 1) {
    appendJsonText(out, texts.memory, start, end);
    return;
  }
  out.push(QUOTE);
  out.appendPart(texts.view, start, end);
  out.push(QUOTE);
}

function writeNumber(out: ByteBuffer, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) out.appendDecimal(value);
  else out.append(Buffer.from(JSON.stringify(value)));
}
