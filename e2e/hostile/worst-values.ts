import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';

const generator = createTicketGenerator({ seed: 1, startTime: new Date(Date.UTC(2026, 0, 1)) });

/** A ticket's JSON, whose request is `unit` again and again, up to so many bytes. */
function ticketOf(bytes: number, unit: string, space = ''): Buffer {
  const { request: _, ...rest } = generator.next();
  const before = `${JSON.stringify(rest).slice(0, -1)},"request":${space}"`;
  const times = Math.floor((bytes - before.length - 2) / unit.length);
  return Buffer.concat([Buffer.from(before), Buffer.alloc(times * unit.length, unit), Buffer.from('"}')]);
}

/** `before`, `unit` again and again, `after`: up to so many bytes. */
function repeated(bytes: number, before: string, unit: string, after: string): Buffer {
  const times = Math.floor((bytes - before.length - after.length) / unit.length);
  return Buffer.concat([Buffer.from(before), Buffer.alloc(times * unit.length, unit), Buffer.from(after)]);
}

/** `,"<eight digits>":0` again and again. */
function members(bytes: number): Buffer {
  const [size, start] = [13, '{"type":0'];
  const out = Buffer.alloc(start.length + Math.floor((bytes - start.length - 1) / size) * size + 1, start);
  for (let at = start.length, name = 10_000_000; at + size < out.length; at += size, name += 1)
    out.write(`,"${name}":0 `, at, 'latin1');
  out.write('}', out.length - 1);
  return out;
}

/** A record takes so many bytes beside its value, and so many in memory beside the batch. */
const [RECORD_BYTES, NOTED_BYTES] = [20, 32];

function ticketsOf(bytes: number): readonly Buffer[] {
  const values: Buffer[] = [];
  for (let size = 0; ;) {
    const value = encodeTicket(generator.next());
    size += value.length + RECORD_BYTES + NOTED_BYTES;
    if (size > bytes) return values;
    values.push(Buffer.from(value));
  }
}

/** What a record batch of so many bytes may hold, each as bad as its kind can be. */
export const WORST_VALUES: Readonly<Record<string, (bytes: number) => readonly Buffer[]>> = {
  'one ticket': (bytes) => [ticketOf(bytes, 'x')],
  'one ticket of another spelling': (bytes) => [ticketOf(bytes, 'é', ' ')],
  'one ticket all of escapes': (bytes) => [ticketOf(bytes, '\\u0001')],
  'tickets as they usually are': ticketsOf,
  'records without a value': (bytes) =>
    Array.from({ length: Math.floor(bytes / (RECORD_BYTES + NOTED_BYTES)) }, () => Buffer.alloc(0)),
  'text that is no JSON': (bytes) => [Buffer.alloc(bytes, 'é')],
  'JSON of empty objects': (bytes) => [repeated(bytes, '[{}', ',{}', ']')],
  'JSON nested to the end': (bytes) => [
    Buffer.concat([Buffer.alloc(bytes / 2, '['), Buffer.alloc(bytes / 2, ']')]),
  ],
  'a ticket with a field of empty objects': (bytes) => [
    Buffer.concat([ticketOf(1_000, 'x').subarray(0, -1), repeated(bytes - 1_100, ',"y":[{}', ',{}', ']}')]),
  ],
  'JSON of unknown fields': (bytes) => [members(bytes)],
};
