import type { FileParts } from './file-parts.ts';
import { readJsonLineGroups, type JsonLine } from './read-json-lines.ts';
import type { FoundRow, RowColumns, StoredRow } from './stored-row.ts';

/**
 * The rows of a JSON lines file, in groups as its parts hold them. Rejects, and reading a group throws, with a `RangeError` that says
 * where it is no such file.
 */
export async function* readJsonGroups(
  columns: RowColumns,
  file: FileParts,
): AsyncGenerator<Iterable<StoredRow>> {
  const names = new Set([...columns.required, ...columns.optional]);
  for await (const lines of readJsonLineGroups(file, names))
    yield { [Symbol.iterator]: () => toRows(columns, lines) };
}

function* toRows(columns: RowColumns, lines: Iterable<JsonLine>): Generator<StoredRow> {
  for (const { value, text, number } of lines) {
    if (!isObject(value))
      throw new RangeError(`line ${number}: expected an object, found ${text.slice(0, 80)}`);
    yield readRow(columns, { ...value, kafka_offset: exactOffset(value['kafka_offset'], text) }, number);
  }
}

function readRow(columns: RowColumns, row: FoundRow, line: number): StoredRow {
  try {
    return columns.read(row);
  } catch (error) {
    throw new RangeError(`line ${line}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** JavaScript's parser rounds numbers above 2^53; the text has all digits, at its end, where no other field can imitate it. */
function exactOffset(parsed: unknown, text: string): unknown {
  if (typeof parsed !== 'number' || Number.isSafeInteger(parsed)) return parsed;
  const digits = /"kafka_offset":(\d+)\}$/.exec(text)?.[1];
  return digits === undefined ? parsed : BigInt(digits);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
