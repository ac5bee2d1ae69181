import type { Ticket } from '@client-tickets/tickets';
import type { ArrivedTicket } from './disorder.ts';

const HOUR_MS = 3_600_000;
/** How far ahead of its record's time a ticket may move the watermark. */
const AHEAD_MS = 60_000;

/** A window of one type. */
export interface WindowCount {
  readonly window_start: string;
  readonly window_end: string;
  readonly type: string;
  readonly ticket_count: number;
}

export interface ExpectedWindows {
  /** In the order of start and type. */
  readonly windows: readonly WindowCount[];
  /** In no window. */
  readonly late: readonly Ticket[];
  /** By partition; `-Infinity` where nothing came. */
  readonly watermarks: readonly number[];
}

type Dated = Pick<Ticket, 'created_at' | 'type'>;

function startOf({ created_at }: Dated): number {
  return Math.floor(Date.parse(created_at) / HOUR_MS) * HOUR_MS;
}

/** The rule of docs/event-time.md, ticket by ticket, with everything in memory. */
export function expectedWindows(
  tickets: readonly ArrivedTicket[],
  { partitions, delayMs }: { readonly partitions: number; readonly delayMs: number },
): ExpectedWindows {
  const watermarks = Array.from({ length: partitions }, () => -Infinity);
  const inTime: Ticket[] = [];
  const late: Ticket[] = [];
  for (const { partition, arrivedAt, ticket } of tickets) {
    const watermark = watermarks[partition] ?? -Infinity;
    const isLate = startOf(ticket) + HOUR_MS <= watermark;
    (isLate ? late : inTime).push(ticket);
    const moment = Math.min(Date.parse(ticket.created_at), arrivedAt + AHEAD_MS);
    watermarks[partition] = Math.max(watermark, moment - delayMs);
  }
  return { windows: countByHour(inTime), late, watermarks };
}

/** In the order of start and type. */
export function countByHour(tickets: readonly Dated[]): readonly WindowCount[] {
  const counts = new Map<string, number>();
  for (const ticket of tickets) {
    const key = `${new Date(startOf(ticket)).toISOString()} ${ticket.type}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, ticket_count]) => {
      const [start = '', type = ''] = key.split(' ');
      const end = new Date(Date.parse(start) + HOUR_MS).toISOString();
      return { window_start: start, window_end: end, type, ticket_count };
    });
}
