import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createTicketGenerator,
  encodeTicket,
  parseTicket,
  PRIORITIES,
  TICKET_TYPES,
  TicketScanner,
  type Ticket,
} from '@client-tickets/tickets';

const ticket: Ticket = {
  ticket_id: 'TCK-00001',
  client_id: 'CL-417',
  created_at: '2026-11-22T09:30:00.000Z',
  request: 'Problème de connexion',
  type: 'TECHNICAL',
  priority: 'LOW',
};
const { ticket_id, ...rest } = ticket;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (message: Uint8Array, start: number, end: number): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message.subarray(start, end));

/** The ticket that the scanner sees, put together from its parts; `undefined`: it does not know. */
function scan(message: Uint8Array): Ticket | undefined {
  // Somewhere in a buffer, and followed by what would make a ticket of a message that was cut off.
  const start = 3;
  const end = start + message.length;
  const around = Buffer.concat([bytes('{"t'), message, bytes('"}"}"}')]);
  const scanner = new TicketScanner(around);
  if (!scanner.scan(start, end)) return undefined;
  expect(new TicketScanner(message).scan(0, message.length)).toBe(true);
  const type = TICKET_TYPES[scanner.typeIndex];
  const priority = PRIORITIES[scanner.priorityIndex];
  if (type === undefined || priority === undefined) throw new Error('the scanner points nowhere');
  return {
    ticket_id: textOf(around, scanner.idStart, scanner.idEnd),
    client_id: `CL-${scanner.clientNumber}`,
    created_at: new Date(scanner.createdAt).toISOString(),
    request: textOf(around, scanner.requestStart, scanner.requestEnd),
    type,
    priority,
  };
}

/** Whatever the scanner says yes to, `parseTicket` takes for the same ticket. */
function agrees(message: Uint8Array): void {
  const scanned = scan(message);
  if (scanned === undefined) return;
  expect(parseTicket(message)).toEqual({ ok: true, ticket: scanned });
  expect(Buffer.compare(encodeTicket(scanned), message)).toBe(0);
}

describe('the scanner', () => {
  test('knows every ticket of the generator', () => {
    const generator = createTicketGenerator({ seed: 7, startTime: new Date('2026-11-22T09:30:00.000Z') });
    for (let i = 0; i < 1_000; i += 1) {
      const next = generator.next();
      expect(scan(encodeTicket(next))).toEqual(next);
    }
  });

  test('knows tickets of different days one after the other', () => {
    const day = fc.date({ min: new Date('2026-11-21'), max: new Date('2026-11-23'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.array(day, { minLength: 2, maxLength: 6 }), (days) => {
        const messages = days.map((each) => encodeTicket({ ...ticket, created_at: each.toISOString() }));
        const all = new TicketScanner(Buffer.concat(messages));
        let start = 0;
        for (const [index, { length }] of messages.entries()) {
          expect(all.scan(start, start + length)).toBe(true);
          expect(all.createdAt).toBe(days[index]?.getTime());
          start += length;
        }
      }),
    );
  });

  test.each([
    '0001-01-01',
    '1600-02-29',
    '1900-02-28',
    '1969-12-31',
    '1970-01-01',
    '2000-02-29',
    '9999-12-31',
  ])('knows the day %s', (day) => {
    const then = { ...ticket, created_at: `${day}T23:59:59.999Z` };
    expect(scan(encodeTicket(then))).toEqual(then);
  });

  test.each([
    ['blanks', JSON.stringify(ticket, undefined, 1)],
    ['another order', JSON.stringify({ ...rest, ticket_id })],
    ['another field', JSON.stringify({ ...ticket, more: 1 })],
    ['an escape', JSON.stringify({ ...ticket, request: 'a "b"' })],
    ['no milliseconds', JSON.stringify({ ...ticket, created_at: '2026-11-22T09:30:00Z' })],
  ])('leaves a ticket with %s to the parser', (_what, json) => {
    expect(scan(bytes(json))).toBeUndefined();
    expect(parseTicket(bytes(json))).toMatchObject({ ok: true });
  });

  test('agrees with the parser about every day there is, and those that there are not', () => {
    const day = fc.tuple(fc.nat(9999), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }));
    fc.assert(
      fc.property(day, fc.nat(25), fc.nat(61), fc.nat(61), ([y, m, d], hour, minute, second) => {
        const two = (value: number): string => String(value).padStart(2, '0');
        const date = `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`;
        const created_at = `${date}T${two(hour)}:${two(minute)}:${two(second)}.007Z`;
        const message = encodeTicket({ ...ticket, created_at });
        expect(scan(message) !== undefined).toBe(parseTicket(message).ok);
        agrees(message);
      }),
      { numRuns: 2_000 },
    );
  });

  test('agrees with the parser about messages with any bytes changed, left out or put in', () => {
    const message = encodeTicket(ticket);
    const edit = fc.record({
      at: fc.nat(message.length),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        const changed = edits.reduce(
          (text, { at, remove, insert }) =>
            Buffer.concat([text.subarray(0, at), insert, text.subarray(at + remove)]),
          Buffer.from(message),
        );
        agrees(changed);
      }),
      { numRuns: 5_000 },
    );
  });

  test('agrees with the parser about any request, also one that is no UTF-8', () => {
    const [before, after] = JSON.stringify({ ...ticket, request: '\n' }).split('\\n');
    const around = (request: Uint8Array): Uint8Array =>
      Buffer.concat([bytes(before ?? ''), request, bytes(after ?? '')]);
    const lead = fc.constantFrom(0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf4, 0xf5);
    const sequence = fc
      .tuple(lead, fc.uint8Array({ maxLength: 3, min: 0x7f, max: 0xc0 }))
      .map(([first, rest]) => Uint8Array.of(first, ...rest));
    const request = fc.oneof(
      sequence,
      fc.uint8Array({ maxLength: 8 }),
      fc.string({ unit: 'binary' }).map(bytes),
    );
    fc.assert(
      fc.property(request, (value) => agrees(around(value))),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const message = encodeTicket({ ...ticket, request: text });
        expect(scan(message) !== undefined).toBe(JSON.stringify(text) === `"${text}"`);
      }),
    );
  });
});
