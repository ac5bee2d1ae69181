import { showBytes, showValue } from './show-value.ts';
import { PRIORITIES, TICKET_TYPES, ticketSchema, type Ticket } from './ticket.ts';

/** Why a message is no ticket, as few words to count by. */
export type TicketProblem = 'TOMBSTONE' | 'NOT_UTF8' | 'NOT_JSON' | 'NOT_AN_OBJECT' | 'WRONG_FIELD';

/** `reason` names each field that is wrong and what it holds: `type: expected one of ..., found "SALES"`. */
export type TicketVerdict =
  | { readonly ok: true; readonly ticket: Ticket }
  | { readonly ok: false; readonly problem: TicketProblem; readonly reason: string };

/** In the order in which a reason names them. */
const EXPECTED: readonly (readonly [field: keyof Ticket, rule: string])[] = [
  ['ticket_id', 'TCK- and at least 5 digits'],
  ['client_id', 'CL-100 to CL-999'],
  ['created_at', 'an ISO 8601 time in UTC'],
  ['request', 'non-empty Unicode text'],
  ['type', `one of ${TICKET_TYPES.join(', ')}`],
  ['priority', `one of ${PRIORITIES.join(', ')}`],
];

// A byte order mark is kept, and JSON.parse refuses it: RFC 8259 forbids senders to add one.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Tells a ticket from a dead letter. Never throws.
 *
 * A reason ends up in result files, which have to come out the same on every machine, so its words are this package's
 * own: neither zod's nor those of the engine's JSON parser.
 */
export function parseTicket(value: Uint8Array | null): TicketVerdict {
  if (value === null) return refuse('TOMBSTONE', 'value: expected a JSON object, found a tombstone (null)');

  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    return refuse('NOT_UTF8', `value: expected UTF-8 text, found ${showBytes(value)}`);
  }

  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('NOT_JSON', `value: expected JSON, found ${showValue(text)}`);
  }
  if (!isObject(json)) {
    return refuse('NOT_AN_OBJECT', `value: expected a JSON object, found ${showValue(json)}`);
  }

  const parsed = ticketSchema.safeParse(json);
  if (parsed.success) return { ok: true, ticket: parsed.data };
  const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0]));
  const reasons = EXPECTED.filter(([field]) => wrong.has(field)).map(
    ([field, rule]) => `${field}: expected ${rule}, found ${showValue(json[field])}`,
  );
  return refuse('WRONG_FIELD', reasons.join('; '));
}

function refuse(problem: TicketProblem, reason: string): TicketVerdict {
  return { ok: false, problem, reason };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
