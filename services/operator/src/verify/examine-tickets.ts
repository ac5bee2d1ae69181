import type { Bodies, ListedFile } from '../results/listed-range.ts';
import { readTickets } from '../results/read-tickets.ts';
import { differingColumn, type StoredTicket } from '../results/stored-ticket.ts';
import type { FileProblems } from './file-problems.ts';
import { OffsetOrder } from './offset-order.ts';

/** What is kept of a ticket: there may be tens of thousands in a range. */
export type ExaminedTicket = Pick<StoredTicket, 'kafka_offset' | 'type' | 'priority'>;

/** A file whose rows can be read. */
interface Readable {
  readonly file: ListedFile;
  readonly rows: () => Iterable<StoredTicket>;
}

/**
 * The tickets of one range, from the first of its files that can be read to its end. The other format is compared with it
 * row by row. Neither is held in memory as a whole, but for Parquet's columns.
 */
export async function examineTickets(
  files: readonly ListedFile[],
  bodies: Bodies,
  problems: FileProblems,
): Promise<readonly ExaminedTicket[]> {
  const readable: Readable[] = [];
  for (const file of files) {
    const body = bodies.get(file.key);
    if (body === undefined) {
      problems.add(file, 'file_missing', 'was listed, but is not there');
      continue;
    }
    try {
      readable.push({ file, rows: await readTickets(file, body) });
    } catch (error) {
      problems.damaged(file, error);
    }
  }
  const [first, second] = readable;
  if (first === undefined) return [];
  try {
    return collect(first, second, problems);
  } catch (error) {
    problems.damaged(first.file, error);
    return second === undefined ? [] : collectOrNothing(second, problems);
  }
}

function collectOrNothing(readable: Readable, problems: FileProblems): readonly ExaminedTicket[] {
  try {
    return collect(readable, undefined, problems);
  } catch (error) {
    problems.damaged(readable.file, error);
    return [];
  }
}

/** Throws when the first one can't be read to its end. */
function collect(
  { file, rows }: Readable,
  other: Readable | undefined,
  problems: FileProblems,
): readonly ExaminedTicket[] {
  const order = new OffsetOrder(file.partition, file.range);
  const comparison = other === undefined ? undefined : new Comparison(other, problems);
  const tickets: ExaminedTicket[] = [];
  for (const ticket of rows()) {
    const { kafka_offset, type, priority } = ticket;
    tickets.push({ kafka_offset, type, priority });
    const problem = order.next(ticket.kafka_partition, kafka_offset);
    if (problem !== undefined) problems.add(file, 'rows_wrong', `row ${tickets.length}: ${problem}`);
    comparison?.next(ticket);
  }
  if (tickets.length === 0) problems.add(file, 'rows_wrong', 'holds no rows; such a file is never written');
  comparison?.end();
  return tickets;
}

/** Follows the rows of another file of the same range. */
class Comparison {
  readonly #file: ListedFile;
  readonly #problems: FileProblems;
  readonly #rows: Iterator<StoredTicket>;
  #count = 0;

  constructor({ file, rows }: Readable, problems: FileProblems) {
    this.#file = file;
    this.#problems = problems;
    this.#rows = rows()[Symbol.iterator]();
  }

  next(expected: StoredTicket): void {
    const found = this.#pull();
    if (found === undefined) {
      this.#problems.add(
        this.#file,
        'formats_differ',
        `ends after ${this.#count} rows, the other format goes on`,
      );
      return;
    }
    const column = differingColumn(expected, found);
    if (column === undefined) return;
    const what = `row ${this.#count} (offset ${expected.kafka_offset}) differs from the other format in ${column}`;
    this.#problems.add(this.#file, 'formats_differ', what);
  }

  end(): void {
    if (this.#pull() === undefined) return;
    this.#problems.add(
      this.#file,
      'formats_differ',
      `holds more rows than the ${this.#count - 1} of the other format`,
    );
  }

  /** `undefined`: there are no more rows, or none that can be read. */
  #pull(): StoredTicket | undefined {
    try {
      const { done, value } = this.#rows.next();
      if (done !== true) {
        this.#count += 1;
        return value;
      }
      return undefined;
    } catch (error) {
      this.#problems.damaged(this.#file, error);
      return undefined;
    }
  }
}
