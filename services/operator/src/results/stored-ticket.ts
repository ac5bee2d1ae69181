import {
  PRIORITIES,
  SUPPORT_TEAMS,
  TICKET_TYPES,
  type Priority,
  type TicketType,
} from '@client-tickets/tickets';

/** A row of a ticket file, of either format. `created_at` is in milliseconds since the epoch. */
export interface StoredTicket {
  readonly ticket_id: string;
  readonly client_id: string;
  readonly created_at: number;
  readonly request: string;
  readonly type: TicketType;
  readonly priority: Priority;
  readonly support_team: string;
  readonly kafka_partition: number;
  readonly kafka_offset: bigint;
}

/** A row as it was found, before anything is known of its values. */
export type FoundRow = Readonly<Record<string, unknown>>;

/** Throws a `RangeError` that names the column, what was expected and what was found. */
export function toStoredTicket(row: FoundRow): StoredTicket {
  const type = oneOf('type', TICKET_TYPES, row['type']);
  const support_team = oneOf('support_team', [SUPPORT_TEAMS[type]], row['support_team']);
  return {
    ticket_id: text('ticket_id', row['ticket_id']),
    client_id: text('client_id', row['client_id']),
    created_at: time(row['created_at']),
    request: text('request', row['request']),
    type,
    priority: oneOf('priority', PRIORITIES, row['priority']),
    support_team,
    kafka_partition: Number(wholeNumber('kafka_partition', row['kafka_partition'])),
    kafka_offset: wholeNumber('kafka_offset', row['kafka_offset']),
  };
}

/** The column in which two rows differ. */
export function differingColumn(a: StoredTicket, b: StoredTicket): keyof StoredTicket | undefined {
  return COLUMNS.find((column) => a[column] !== b[column]);
}

export const COLUMNS = [
  'ticket_id',
  'client_id',
  'created_at',
  'request',
  'type',
  'priority',
  'support_team',
  'kafka_partition',
  'kafka_offset',
] as const satisfies readonly (keyof StoredTicket)[];

function wrong(column: string, expected: string, found: unknown): RangeError {
  const shown = typeof found === 'bigint' ? String(found) : JSON.stringify(found);
  return new RangeError(`${column}: expected ${expected}, found ${shown ?? 'nothing'}`);
}

function text(column: string, found: unknown): string {
  if (typeof found !== 'string' || found === '') throw wrong(column, 'text', found);
  return found;
}

function time(found: unknown): number {
  const ms = found instanceof Date ? found.getTime() : typeof found === 'string' ? Date.parse(found) : NaN;
  if (Number.isNaN(ms)) throw wrong('created_at', 'a time', found);
  return ms;
}

function oneOf<const T extends string>(column: string, allowed: readonly T[], found: unknown): T {
  const match = allowed.find((each) => each === found);
  if (match === undefined) throw wrong(column, `one of ${allowed.join(', ')}`, found);
  return match;
}

function wholeNumber(column: string, found: unknown): bigint {
  if (typeof found === 'bigint' && found >= 0n) return found;
  if (typeof found === 'number' && Number.isInteger(found) && found >= 0) return BigInt(found);
  throw wrong(column, 'a whole number', found);
}
