import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import {
  by,
  defineQuery,
  defineRecord,
  lookup,
  nullable,
  number,
  oneOf,
  ParquetFile,
  RecordReader,
  text,
  viewOf,
} from '@client-tickets/records';

const query = defineQuery({
  table: 'notes',
  record: defineRecord('note', {
    id: text(),
    kind: oneOf('A', 'B'),
    body: nullable(text()),
    weight: nullable(number()),
  }),
  derive: { team: lookup('kind', { A: 'first', B: 'second' }) },
  counts: { note_counts: by('kind') },
});

interface Note {
  readonly id: string;
  readonly kind: 'A' | 'B';
  readonly body: string | null;
  readonly weight: number | null;
}

/** `bodyOf` says what note `i` has to say. */
function notes(count: number, bodyOf: (i: number) => string | null): readonly Note[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `N-${i}`,
    kind: i % 3 === 0 ? 'A' : 'B',
    body: bodyOf(i),
    weight: i % 7 === 0 ? null : i / 4,
  }));
}

/** A file of row groups; what was written is taken after each of them when `inPieces`. */
function write(groups: readonly (readonly Note[])[], { inPieces = false } = {}): Buffer {
  const reader = new RecordReader(query.record);
  const file = new ParquetFile(query, { partition: 3, hasExtra: false });
  const pieces: Buffer[] = [];
  let baseOffset = 0n;
  for (const group of groups) {
    const columns = reader.createColumns(group.length);
    for (const note of group) {
      const message = Buffer.from(JSON.stringify(note));
      expect(reader.read(message, viewOf(message), 0, message.length, columns)).toBe(true);
    }
    file.addRowGroup(columns, { offsets: Float64Array.from(group, (_, i) => i), baseOffset });
    baseOffset += BigInt(group.length);
    if (!inPieces) continue;
    pieces.push(Buffer.from(file.bytes));
    const { size } = file;
    file.continueIn(16);
    expect(file.size).toBe(size);
    expect(file.bytes).toHaveLength(0);
  }
  return Buffer.concat([...pieces, file.finish()]);
}

const read = (file: Buffer) => parquetReadObjects({ file: Uint8Array.from(file).buffer });

function rowsOf(...groups: readonly (readonly Note[])[]): readonly object[] {
  return groups.flat().map((note, i) => ({
    ...note,
    team: note.kind === 'A' ? 'first' : 'second',
    kafka_partition: 3,
    kafka_offset: BigInt(i),
  }));
}

/** Texts that are hardly alike. */
function words(i: number, count: number): string {
  let seed = i + 1;
  const next = (): number => (seed = (seed * 48_271) % 2_147_483_647);
  return Array.from({ length: count }, () => next().toString(36)).join(' ');
}

describe('A Parquet file', () => {
  test('has a page for each megabyte of long texts, with the rows that have none where they belong', async () => {
    const long = notes(500, (i) => (i % 11 === 0 || i > 480 ? null : words(i, 2_000)));
    const file = write([long]);
    const [group] = parquetMetadata(Uint8Array.from(file).buffer).row_groups;
    const body = group?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === 'body');
    expect(Number(body?.meta_data?.total_uncompressed_size)).toBeGreaterThan(5 * 2 ** 20);
    expect(await read(file)).toEqual(rowsOf(long));
  });

  test('has pages of texts that differ little from the one before', async () => {
    const prefix = words(1, 500);
    const alike = notes(900, (i) => (i % 5 === 0 ? null : `${prefix} ${i}`));
    expect(await read(write([alike]))).toEqual(rowsOf(alike));
  });

  test('takes a text that is longer than a page, and a column without a value', async () => {
    const huge = notes(4, (i) => words(i, 150_000));
    const none = notes(40, () => null);
    expect(await read(write([huge, none]))).toEqual(rowsOf(huge, none));
  });

  test('is the same file, with each row right, whatever was encoded before it: columns and files share memory', async () => {
    const kinds = [
      notes(300, (i) => `text ${i % 5}`), // a dictionary
      notes(500, (i) => `https://example.test/notes/${i}`), // differences
      notes(400, (i) => (i % 3 === 0 ? null : `${(i * 7919) % 400}-${i}`)), // neither, and some rows without
      notes(3, () => null),
      // Different at first, so they are kept as texts, and then they come again.
      notes(4_000, (i) => `a text that was said before, ${i < 400 ? i : i % 40}`),
      notes(3_000, (i) => `another text that was said before, ${i < 300 ? i : i % 30}`),
    ];
    const files = kinds.map((kind) => write([kind]));
    for (const [index, kind] of [...kinds.entries()].toReversed()) {
      const again = write([kind]);
      expect(again.equals(files[index] ?? Buffer.of())).toBe(true);
      expect(await read(again)).toEqual(rowsOf(kind));
    }
    const together = write(kinds);
    expect(await read(together)).toEqual(rowsOf(...kinds));
    const { row_groups: groups } = parquetMetadata(Uint8Array.from(together).buffer);
    const bodies = groups.map(({ columns }) => columns[2]?.meta_data?.encodings.at(-1));
    expect(bodies).toEqual([
      'RLE_DICTIONARY',
      'DELTA_BYTE_ARRAY',
      'PLAIN',
      'PLAIN',
      'RLE_DICTIONARY',
      'RLE_DICTIONARY',
    ]);
  });

  test('is the same file when it is taken away piece by piece', async () => {
    const groups = [
      notes(300, (i) => words(i, 40)),
      notes(2_500, (i) => `text ${i % 9}`),
      notes(1, () => 'last'),
    ];
    const whole = write(groups);
    expect(Buffer.compare(write(groups, { inPieces: true }), whole)).toBe(0);
    expect(await read(whole)).toEqual(rowsOf(...groups));
  });
});
