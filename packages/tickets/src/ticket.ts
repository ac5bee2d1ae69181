import { z } from 'zod';

export const TICKET_TYPES = ['TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL'] as const;
export type TicketType = (typeof TICKET_TYPES)[number];

export const PRIORITIES = ['LOW', 'MEDIUM', 'HIGH'] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * What a message must hold to be a ticket. Other fields are dropped, as with an explicit schema in Spark.
 *
 * `created_at` may carry any number of decimals and say UTC as `Z` or `+00:00`; it comes out with milliseconds and `Z`,
 * so that every result format holds the same moment.
 *
 * Two things are refused because one such value in a result file would keep readers from the whole file: a `request` with
 * half of a surrogate pair, which JSON can spell and UTF-8 can't, and the year 0, which Python's dates don't have.
 */
export const ticketSchema = z.object({
  ticket_id: z.string().regex(/^TCK-\d{5,}$/),
  client_id: z.string().regex(/^CL-[1-9]\d\d$/),
  created_at: z.iso
    .datetime({ offset: true })
    .regex(/^(?!0000).*(?:Z|\+00:00)$/)
    .transform(toMilliseconds),
  request: z.string().regex(/^\P{Surrogate}+$/u),
  type: z.enum(TICKET_TYPES),
  priority: z.enum(PRIORITIES),
});

/** One support ticket; see `ticketSchema` for what each field may hold. */
export type Ticket = Readonly<z.infer<typeof ticketSchema>>;

/** By text alone: what `Date.parse` makes of more than three decimals is up to each engine. */
function toMilliseconds(time: string): string {
  if (time.length === 24 && time.endsWith('Z')) return time;
  const decimals = /\.(\d+)/.exec(time)?.[1] ?? '';
  return `${time.slice(0, 19)}.${decimals.slice(0, 3).padEnd(3, '0')}Z`;
}
