import type { ObjectStore } from '@client-tickets/micro-batch';
import type { ListedFile, ListedRange } from '../results/listed-range.ts';
import { readDeadLetters } from '../results/read-dead-letters.ts';
import { readTickets } from '../results/read-tickets.ts';
import { differingColumn, type StoredTicket } from '../results/stored-ticket.ts';
import type { Difference, DifferenceCode } from './difference.ts';
import { OffsetOrder } from './offset-order.ts';

/** What the files of one range hold. */
export interface RangeEvidence extends ListedRange {
  /** Of the first format that can be read; the others have been compared with it. */
  readonly tickets: readonly StoredTicket[];
  /** Offsets of the dead letters. */
  readonly deadLetters: readonly bigint[];
  /** What is wrong with the files by themselves; at most one thing for each. */
  readonly differences: readonly Difference[];
}

export type Bodies = ReadonlyMap<string, Uint8Array>;

/** The files of a range. One that was listed and is gone is left out. */
export async function getBodies(results: ObjectStore, { files }: ListedRange): Promise<Bodies> {
  const found = await Promise.all(
    files.map(async ({ key }) => [key, (await results.get(key))?.body] as const),
  );
  return new Map(found.flatMap(([key, body]) => (body === undefined ? [] : [[key, body] as const])));
}

/**
 * Reads the files of a range and holds them to its name: offsets of this range, ascending, each at most once, and the same
 * rows in every format.
 */
export async function examineRange(
  topic: string,
  listed: ListedRange,
  bodies: Bodies,
): Promise<RangeEvidence> {
  const differences: Difference[] = [];
  const examine = async <T>(
    file: ListedFile,
    read: (body: Uint8Array, wrong: (code: DifferenceCode, what: string) => void) => Promise<T>,
  ): Promise<T | undefined> => {
    let found: Difference | undefined;
    const wrong = (code: DifferenceCode, what: string): void => {
      const { partition, range: offsets, key } = file;
      found ??= { code, partition, offsets, key, message: `${key}: ${what}` };
    };
    const body = bodies.get(file.key);
    if (body === undefined) wrong('file_missing', 'was listed, but is not there');
    const result = body === undefined ? undefined : await readWhole(() => read(body, wrong), wrong);
    if (found !== undefined) differences.push(found);
    return result;
  };

  let tickets: readonly StoredTicket[] | undefined;
  for (const file of listed.files.filter(({ kind }) => kind === 'tickets')) {
    const known = tickets;
    if (known === undefined) {
      tickets = await examine(file, (body, wrong) => collectTickets(file, body, wrong));
    } else {
      await examine(file, (body, wrong) => compareTickets(file, body, known, wrong));
    }
  }

  const deadLetters: bigint[] = [];
  for (const file of listed.files.filter(({ kind }) => kind === 'dead_letters')) {
    await examine(file, async (body, wrong) => {
      const ticketOffsets = new Set((tickets ?? []).map((ticket) => ticket.kafka_offset));
      deadLetters.push(...collectDeadLetters(topic, file, body, ticketOffsets, wrong));
    });
  }
  return { ...listed, tickets: tickets ?? [], deadLetters, differences };
}

type Wrong = (code: DifferenceCode, what: string) => void;

/** `undefined` when the file can't be read to its end. */
async function readWhole<T>(read: () => Promise<T>, wrong: Wrong): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    wrong('file_damaged', `can't be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function collectTickets(
  file: ListedFile,
  body: Uint8Array,
  wrong: Wrong,
): Promise<readonly StoredTicket[]> {
  const order = new OffsetOrder(file.partition, file.range);
  const tickets: StoredTicket[] = [];
  for await (const part of readTickets(file, body)) {
    for (const ticket of part) {
      tickets.push(ticket);
      const problem = order.next(ticket.kafka_partition, ticket.kafka_offset);
      if (problem !== undefined) wrong('rows_wrong', `row ${tickets.length}: ${problem}`);
    }
  }
  if (tickets.length === 0) wrong('rows_wrong', 'holds no rows; such a file is never written');
  return tickets;
}

async function compareTickets(
  file: ListedFile,
  body: Uint8Array,
  known: readonly StoredTicket[],
  wrong: Wrong,
): Promise<void> {
  let count = 0;
  for await (const part of readTickets(file, body)) {
    for (const ticket of part) {
      const other = known[count];
      count += 1;
      const column = other === undefined ? undefined : differingColumn(other, ticket);
      if (column === undefined) continue;
      wrong(
        'formats_differ',
        `row ${count} (offset ${other?.kafka_offset}) differs from the other format in ${column}`,
      );
    }
  }
  if (count !== known.length) {
    wrong('formats_differ', `holds ${count} rows, the other format of these offsets ${known.length}`);
  }
}

function collectDeadLetters(
  topic: string,
  file: ListedFile,
  body: Uint8Array,
  ticketOffsets: ReadonlySet<bigint>,
  wrong: Wrong,
): readonly bigint[] {
  const order = new OffsetOrder(file.partition, file.range);
  const offsets: bigint[] = [];
  for (const letter of readDeadLetters(body)) {
    const offset = BigInt(letter.offset);
    offsets.push(offset);
    const problem = order.next(letter.partition, offset);
    const line = `line ${offsets.length}`;
    if (letter.topic !== topic)
      wrong('rows_wrong', `${line}: expected topic ${topic}, found ${letter.topic}`);
    if (problem !== undefined) wrong('rows_wrong', `${line}: ${problem}`);
    if (ticketOffsets.has(offset)) wrong('rows_wrong', `${line}: offset ${offset} is a ticket already`);
  }
  if (offsets.length === 0) wrong('rows_wrong', 'is empty; such a file is never written');
  return offsets;
}
