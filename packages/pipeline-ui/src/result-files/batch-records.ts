import type { CommittedBatch } from '@client-tickets/micro-batch';
// The one place that reads a result file back; packages/results only writes them.
import { parquetReadObjects } from 'hyparquet';
import { z } from 'zod';
import type { BatchDetail, DeadLetterView } from '../api/index.ts';
import { parseDeadLetter } from './dead-letter-view.ts';
import { deadLetterPrefix } from './dead-letter-files.ts';
import { MOST_BYTES } from './file-reads.ts';
import { linesForwards } from './text-lines.ts';

export type BatchRecords = Pick<BatchDetail, 'records' | 'rejected' | 'problem'>;
type Shown = BatchDetail['records'][number];

const SHOWN_TEXT = 500;

/** The first `limit` rows and dead letters of a partition's batch, from the files that it wrote. */
export async function readBatchRecords(
  partition: number,
  { files }: CommittedBatch,
  limit: number,
  read: (key: string) => Promise<Uint8Array | undefined>,
): Promise<BatchRecords> {
  const prefix = deadLetterPrefix(partition);
  const letters = files.find(({ key }) => key.startsWith(prefix));
  const rows = files.filter((file) => file !== letters);
  const tickets = rows.find(({ key }) => key.endsWith('.json')) ?? rows[0];
  const tooLarge = [tickets, letters].find((file) => (file?.size ?? 0) > MOST_BYTES);
  if (tooLarge !== undefined) {
    return {
      records: [],
      rejected: [],
      problem: `${tooLarge.key} is too large to be shown (${tooLarge.size} bytes)`,
    };
  }
  const records = tickets === undefined ? [] : await readRows(tickets.key, limit, read);
  const rejected = letters === undefined ? [] : await readLetters(letters.key, limit, read);
  const missing = records === undefined ? tickets : rejected === undefined ? letters : undefined;
  return {
    records: records ?? [],
    rejected: rejected ?? [],
    problem: missing === undefined ? null : `${missing.key} is not there any more`,
  };
}

async function readLetters(
  key: string,
  limit: number,
  read: (key: string) => Promise<Uint8Array | undefined>,
): Promise<DeadLetterView[] | undefined> {
  const body = await read(key);
  if (body === undefined) return undefined;
  return take(linesForwards(body), limit).flatMap((line) => parseDeadLetter(line) ?? []);
}

async function readRows(
  key: string,
  limit: number,
  read: (key: string) => Promise<Uint8Array | undefined>,
): Promise<Shown[] | undefined> {
  const body = await read(key);
  if (body === undefined) return undefined;
  const rows = key.endsWith('.json') ? readJsonRows(body, limit) : await readParquetRows(body, limit);
  return rows.map(toShown);
}

const row = z.record(z.string(), z.union([z.string(), z.number()]));
type Row = z.infer<typeof row>;

function readJsonRows(body: Uint8Array, limit: number): readonly Row[] {
  return take(linesForwards(body), limit).map((line) => {
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
    const offset = /"kafka_offset":(\d+)\}$/.exec(text)?.[1]; // with all its digits, which JSON.parse would round
    return { ...row.parse(JSON.parse(text)), ...(offset === undefined ? {} : { kafka_offset: offset }) };
  });
}

async function readParquetRows(body: Uint8Array, limit: number): Promise<readonly Row[]> {
  const file = new Uint8Array(body).buffer; // a copy, because a body may lie within a larger buffer
  const rows = await parquetReadObjects({ file, rowStart: 0, rowEnd: limit });
  return rows.map((each) =>
    Object.fromEntries(Object.entries(each).map(([name, value]) => [name, toScalar(value)])),
  );
}

function toScalar(value: unknown): string | number {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'number' ? value : String(value);
}

/** What enrichment added is what the ticket did not have. */
function toShown({ support_team, kafka_partition, kafka_offset, ...ticket }: Row): Shown {
  const before = Object.fromEntries(
    Object.entries(ticket).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > SHOWN_TEXT ? `${value.slice(0, SHOWN_TEXT)}…` : value,
    ]),
  );
  return {
    offset: String(kafka_offset),
    before,
    after: {
      ...before,
      support_team: support_team ?? '',
      kafka_partition: kafka_partition ?? '',
      kafka_offset: kafka_offset ?? '',
    },
  };
}

function take<T>(items: Iterable<T>, limit: number): readonly T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length >= limit) break;
    taken.push(item);
  }
  return taken;
}
