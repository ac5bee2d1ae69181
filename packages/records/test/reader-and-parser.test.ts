import { describe, expect, test } from 'vitest';
import { parquetReadObjects } from 'hyparquet';
import {
  createRecordParser,
  createTimeZone,
  JsonLines,
  ParquetFile,
  RecordReader,
  viewOf,
  type Query,
  type RecordColumns,
} from '@client-tickets/records';
import { everythingQuery, ticketQuery } from './support/declarations.ts';
import { MessageWriter } from './spelling/messages.ts';
import { Random } from './spelling/random.ts';

const SEED = Number(process.env['RECORDS_SEED'] ?? 20_261_126);
const CASES = Number(process.env['RECORDS_CASES'] ?? 92_000);
const PARTITION = 2;

interface Tally {
  records: number;
  yes: number;
  cases: number;
}

/** Messages one after the other, with something between them and sometimes nothing behind the last one. */
function inOneBlock(random: Random, messages: readonly Uint8Array[]) {
  const pieces: Uint8Array[] = [];
  const places: (readonly [start: number, end: number])[] = [];
  let at = 0;
  for (const message of messages) {
    const before = Buffer.from(
      random.times(random.below(9), () => random.pick([random.below(256), 0x22, 0x7d, 0x30])),
    );
    pieces.push(before, message);
    places.push([at + before.length, at + before.length + message.length]);
    at += before.length + message.length;
  }
  if (random.chance(0.5)) pieces.push(Buffer.alloc(random.below(300), '"}'));
  const bytes = Uint8Array.from(Buffer.concat(pieces));
  return { bytes, view: viewOf(bytes), places };
}

/** The line of a record that the parser has read. */
function lineOf(
  { derived }: Query,
  record: Readonly<Record<string, unknown>>,
  extra: string | null | undefined,
  offset: number,
): string {
  const added = derived.map(({ name, from }) => [name, everyDerived(name, record[from])]);
  const row = {
    ...record,
    ...(extra === undefined ? {} : { extra }),
    ...Object.fromEntries(added),
    kafka_partition: PARTITION,
    kafka_offset: offset,
  };
  return `${JSON.stringify(row)}\n`;
}

const DERIVED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  support_team: ticketQuery.derive.support_team.values,
  kind_name: everythingQuery.derive.kind_name.values,
};

function everyDerived(name: string, value: unknown): string | null {
  return (typeof value === 'string' && DERIVED[name]?.[value]) || null;
}

async function expectSameTable(
  query: Query,
  columns: RecordColumns,
  offsets: readonly number[],
  lines: string,
): Promise<void> {
  const file = new ParquetFile(query, { partition: PARTITION, hasExtra: columns.extra !== undefined });
  file.addRowGroup(columns, { offsets: Float64Array.from(offsets), baseOffset: 0n });
  const rows = await parquetReadObjects({
    file: Uint8Array.from(file.finish()).buffer,
    parsers: { timestampFromMicroseconds, stringFromBytes: (bytes) => Buffer.from(bytes).toString() },
  });
  const shown = rows.map(
    (row) =>
      `${JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))}\n`,
  );
  expect(shown.join('')).toBe(lines);
}

function timestampFromMicroseconds(value: bigint): string {
  const micros = ((value % 1000n) + 1000n) % 1000n;
  const text = new Date(Number((value - micros) / 1000n)).toISOString();
  return micros === 0n ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

/** Holds reader, columns, JSON lines and Parquet to what the parser says of `cases` messages. */
async function compare(
  query: Query,
  options: { zoneName: string; keeps: boolean; seed: number; cases: number },
): Promise<Tally> {
  const random = new Random(options.seed);
  const zone = createTimeZone(options.zoneName);
  const parse = createRecordParser(query.record, zone);
  const writer = new MessageWriter(query.record, random);
  const tally: Tally = { records: 0, yes: 0, cases: 0 };
  let reader = new RecordReader(query.record, { zone, keepUnknownFields: options.keeps });
  let columns = reader.createColumns(400);
  while (tally.cases < options.cases) {
    if (random.chance(0.01)) {
      // Without what was learned.
      reader = new RecordReader(query.record, { zone, keepUnknownFields: options.keeps });
      columns = reader.createColumns(400);
    }
    columns.clear();
    const messages = random.times(1 + random.below(random.chance(0.1) ? 400 : 40), () => writer.next());
    const { bytes, view, places } = inOneBlock(random, messages);
    const lines = new JsonLines({
      columns,
      derived: query.derived,
      partition: PARTITION,
      memory: Buffer.alloc(64),
    });
    const offsets: number[] = [];
    let expected = '';
    for (const [index, [start, end]] of places.entries()) {
      const value = bytes.subarray(start, end);
      const verdict = parse(value);
      const shown = (): string =>
        `seed ${options.seed}, case ${tally.cases}: ${JSON.stringify(Buffer.from(value).toString())}`;
      const isYes = reader.read(bytes, view, start, end, columns);
      tally.cases += 1;
      if (isYes) tally.yes += 1;
      if (!verdict.ok) {
        if (isYes) expect.fail(`yes to what is no record: ${verdict.reason}; ${shown()}`);
        continue;
      }
      tally.records += 1;
      if (!isYes) columns.addParsed(verdict.record, verdict.unknownFields, value);
      if (isYes && columns.unknownFields.length + verdict.unknownFields.length > 0) {
        expect(new Set(columns.unknownFields), shown()).toEqual(new Set(verdict.unknownFields));
      }
      const before = lines.length;
      lines.addLast(view, start, end, index);
      offsets.push(index);
      const line = Buffer.from(lines.bytes.subarray(before)).toString();
      const extra = options.keeps ? keptFields(line) : undefined;
      if (extra !== undefined) expectKept(value, extra, verdict.unknownFields, shown);
      const wanted = lineOf(query, verdict.record, extra, index);
      if (line !== wanted) expect(line, shown()).toBe(wanted);
      expected += wanted;
    }
    if (random.chance(0.05) && offsets.length > 0) await expectSameTable(query, columns, offsets, expected);
  }
  return tally;
}

function keptFields(line: string): string | null {
  const { extra } = JSON.parse(line) as { extra: string | null };
  return extra;
}

function expectKept(
  value: Uint8Array,
  extra: string | null,
  names: readonly string[],
  shown: () => string,
): void {
  const all = JSON.parse(new TextDecoder().decode(value)) as Record<string, unknown>;
  const kept = names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, all[name]]));
  expect(extra === null ? null : JSON.parse(extra), shown()).toEqual(kept);
}

describe('the reader', () => {
  test.each([
    ['tickets', ticketQuery, 'UTC', false],
    ['tickets of a zone, with unknown fields kept', ticketQuery, 'Europe/Paris', true],
    ['records with every kind of field', everythingQuery, 'America/St_Johns', false],
  ] as const)(
    'says yes only to what the parser takes for the same record: %s',
    async (_what, query, zoneName, keeps) => {
      const cases = keeps ? Math.ceil(CASES / 5) : CASES;
      const { records, yes } = await compare(query, { zoneName, keeps, seed: SEED, cases });
      // It would be no test if they were all refused, nor a reader if it left them to the parser.
      expect(records).toBeGreaterThan(cases / 5);
      expect(yes).toBeGreaterThan(records * 0.8);
    },
  );
});
