import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createTicketGenerator,
  encodeTicket,
  parseTicket,
  type Ticket,
  type TicketGeneratorOptions,
} from '@client-tickets/tickets';

const startTime = new Date('2026-11-22T09:30:00.000Z');

function generate(count: number, options: Partial<TicketGeneratorOptions> = {}): readonly Ticket[] {
  const generator = createTicketGenerator({ seed: 42, startTime, ...options });
  return Array.from({ length: count }, () => generator.next());
}

function share(tickets: readonly Ticket[], is: (ticket: Ticket) => boolean): number {
  return tickets.filter(is).length / tickets.length;
}

describe('a seed', () => {
  // Pinned, so that a new version of faker or Node that draws other numbers is noticed.
  test('42 gives these tickets on every machine', () => {
    expect(generate(3)).toMatchInlineSnapshot(`
      [
        {
          "client_id": "CL-850",
          "created_at": "2026-11-22T09:30:00.000Z",
          "priority": "MEDIUM",
          "request": "Les notifications n'arrivent plus à l'adresse clemence51@example.org. Chez Pons et Berger, la même opération fonctionne : nous ne voyons pas la différence. Que pouvons-nous faire en attendant ?",
          "ticket_id": "TCK-00001",
          "type": "TECHNICAL",
        },
        {
          "client_id": "CL-708",
          "created_at": "2026-11-22T09:30:01.276Z",
          "priority": "LOW",
          "request": "Bonjour à tous. La synchronisation avec notre caisse échoue tous les jours vers 17 h 45, avec le message « erreur 500 ». Nous sommes 29 à travailler à Béziers et tout le monde est concerné. Merci de nous rappeler avant 12 h 30.",
          "ticket_id": "TCK-00002",
          "type": "TECHNICAL",
        },
        {
          "client_id": "CL-534",
          "created_at": "2026-11-22T09:30:01.308Z",
          "priority": "LOW",
          "request": "L'export CSV s'arrête avec l'erreur 500 dès qu'il dépasse 7576 lignes. Nous sommes 37 à travailler à Toulon et tout le monde est concerné. Pouvez-vous regarder aujourd'hui ?",
          "ticket_id": "TCK-00003",
          "type": "TECHNICAL",
        },
      ]
    `);
  });

  test('gives the same tickets again', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        expect(generate(20, { seed })).toEqual(generate(20, { seed }));
      }),
      { numRuns: 20 },
    );
  });

  test('of another number gives other tickets', () => {
    expect(generate(20, { seed: 43 })).not.toEqual(generate(20));
    expect(generate(20, { seed: 42 + 2 ** 32 })).not.toEqual(generate(20));
  });

  test('does not hear of generators that are used in between', () => {
    const one = createTicketGenerator({ seed: 42, startTime });
    const other = createTicketGenerator({ seed: 7, startTime });
    const tickets = Array.from({ length: 1000 }, () => {
      other.next();
      return one.next();
    });
    expect(tickets).toEqual(generate(1000));
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 53])('of %d is refused', (seed) => {
    expect(() => generate(1, { seed })).toThrow(RangeError);
  });
});

describe('generated tickets', () => {
  const tickets = generate(20_000);

  test('are tickets, as the parser sees it', () => {
    for (const ticket of tickets.slice(0, 2000)) {
      expect(parseTicket(encodeTicket(ticket))).toMatchObject({ ok: true, record: ticket });
    }
  });

  test('are numbered from TCK-00001, past five digits too', () => {
    expect(tickets.at(0)?.ticket_id).toBe('TCK-00001');
    expect(tickets.at(-1)?.ticket_id).toBe('TCK-20000');
    expect(generate(100_000).at(-1)?.ticket_id).toBe('TCK-100000');
  });

  test('come in the default proportions', () => {
    expect(share(tickets, ({ type }) => type === 'TECHNICAL')).toBeCloseTo(0.4, 1);
    expect(share(tickets, ({ type }) => type === 'BILLING')).toBeCloseTo(0.25, 1);
    expect(share(tickets, ({ type }) => type === 'GENERAL')).toBeCloseTo(0.2, 1);
    expect(share(tickets, ({ priority }) => priority === 'HIGH')).toBeCloseTo(0.15, 1);
  });

  test('come in the proportions that are asked for', () => {
    const asked = generate(20_000, {
      proportions: {
        types: { TECHNICAL: 0, BILLING: 3, ACCOUNT: 1, GENERAL: 0 },
        priorities: { LOW: 0, MEDIUM: 0, HIGH: 0.1 },
      },
    });
    expect(share(asked, ({ type }) => type === 'BILLING')).toBeCloseTo(0.75, 1);
    expect(share(asked, ({ type }) => type === 'ACCOUNT')).toBeCloseTo(0.25, 1);
    expect(share(asked, ({ priority }) => priority === 'HIGH')).toBe(1);
  });

  test('are refused for proportions that add up to nothing', () => {
    expect(() => generate(1, { proportions: { priorities: { LOW: 0, MEDIUM: 0, HIGH: 0 } } })).toThrow(
      'weights: expected one above 0, found none',
    );
    expect(() => generate(1, { proportions: { priorities: { LOW: 1, MEDIUM: -1, HIGH: 0 } } })).toThrow(
      'weight of MEDIUM: expected a number from 0 on, found -1',
    );
  });

  test('come from all clients, and much from a few', () => {
    const perClient = new Map<string, number>();
    for (const { client_id } of tickets) perClient.set(client_id, (perClient.get(client_id) ?? 0) + 1);
    const busiest = [...perClient.values()].sort((a, b) => b - a).slice(0, 90);
    const ofBusiest = busiest.reduce((sum, count) => sum + count, 0) / tickets.length;
    expect(perClient.size).toBeGreaterThan(890);
    expect(ofBusiest).toBeGreaterThan(0.4);
    expect(ofBusiest).toBeLessThan(0.6);
  });

  test('start at the start time, and go on at the asked pace, never back', () => {
    const times = generate(10_000, { intervalMs: 200 }).map(({ created_at }) => Date.parse(created_at));
    expect(times[0]).toBe(startTime.getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const elapsed = (times.at(-1) ?? 0) - startTime.getTime();
    expect(elapsed / 10_000).toBeGreaterThan(190);
    expect(elapsed / 10_000).toBeLessThan(210);
  });

  test('take the time that a live producer gives, and are otherwise the same', () => {
    const generator = createTicketGenerator({ seed: 42, startTime });
    const now = new Date('2027-01-01T00:00:00.000Z');
    const live = Array.from({ length: 50 }, () => generator.next(now));
    expect(live).toEqual(generate(50).map((ticket) => ({ ...ticket, created_at: now.toISOString() })));
    expect(generator.next().created_at >= now.toISOString()).toBe(true);
  });
});

test('a run that goes on from another one continues its numbers', () => {
  const [first] = generate(1, { firstNumber: 201 });
  expect(first?.ticket_id).toBe('TCK-00201');
});

test.each([0, -1, 1.5, NaN])('a first number of %s is refused by name', (firstNumber) => {
  expect(() => createTicketGenerator({ seed: 1, startTime, firstNumber })).toThrow(/firstNumber.*found/);
});
