import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createRequestWriter,
  createTicketGenerator,
  REQUEST_LANGUAGES,
  TICKET_TYPES,
  type RequestLanguage,
} from '@client-tickets/tickets';

function write(language: RequestLanguage, seed: number, count: number): readonly string[] {
  const writer = createRequestWriter(language, seed);
  return Array.from({ length: count }, (_, index) => writer(TICKET_TYPES[index % 4] ?? 'GENERAL'));
}

describe.each(REQUEST_LANGUAGES)('requests in %s', (language) => {
  const requests = write(language, 42, 10_000);

  test('are mostly different from each other: 99 of 100 at least', () => {
    expect(new Set(requests).size).toBeGreaterThan(9_900);
  });

  test('are 40 to 400 characters long', () => {
    const lengths = requests.map(({ length }) => length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(40);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(400);
  });

  test('are of that length and mostly different for every type and seed', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom(...TICKET_TYPES), (seed, type) => {
        const writer = createRequestWriter(language, seed);
        const written = Array.from({ length: 300 }, () => writer(type));
        expect(Math.min(...written.map(({ length }) => length))).toBeGreaterThanOrEqual(40);
        expect(Math.max(...written.map(({ length }) => length))).toBeLessThanOrEqual(400);
        expect(new Set(written).size).toBeGreaterThan(270);
      }),
      { numRuns: 60 },
    );
  });

  test('of one type are not those of another', () => {
    const ofType = TICKET_TYPES.map((type) => {
      const writer = createRequestWriter(language, 42);
      return new Set(Array.from({ length: 500 }, () => writer(type)));
    });
    const all = ofType.reduce((sum, { size }) => sum + size, 0);
    expect(new Set(ofType.flatMap((requests) => [...requests])).size).toBe(all);
  });

  test('are sentences: a capital first, a full stop or a question mark last, no word left out', () => {
    for (const request of requests) {
      expect(request).toMatch(/^[\p{Lu}].*[.?]$/u);
      expect(request).not.toMatch(/ {2}|undefined|null|NaN|\$\{/);
    }
  });

  test('are the same for the same seed, and others for another one', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        expect(write(language, seed, 20)).toEqual(write(language, seed, 20));
        expect(write(language, seed, 20)).not.toEqual(write(language, seed === 0 ? 1 : seed - 1, 20));
      }),
      { numRuns: 10 },
    );
  });

  test('do not change when other requests are written in between', () => {
    const writer = createRequestWriter(language, 42);
    const others = createRequestWriter(language, 7);
    const mixed = Array.from({ length: 2_000 }, (_, index) => {
      others('BILLING');
      return writer(TICKET_TYPES[index % 4] ?? 'GENERAL');
    });
    expect(mixed).toEqual(requests.slice(0, 2_000));
  });
});

// French elides before a vowel, and `à` and `de` merge with the article of a city's name.
test('French requests elide where French does', () => {
  for (const request of write('fr', 7, 10_000)) {
    expect(request).not.toMatch(/\b(?:de|que|le|la|se|ne) [AEIOUYÉÈÊaeiouyéèê]/u);
    expect(request).not.toMatch(/\b(?:à|de) Les? /);
  }
});

test('tickets carry requests in the language that is asked for, and are otherwise the same', () => {
  const generate = (language: RequestLanguage) => {
    const generator = createTicketGenerator({
      seed: 42,
      startTime: new Date(0),
      writeRequest: createRequestWriter(language, 42),
    });
    return Array.from({ length: 100 }, () => generator.next());
  };
  const [french, english] = [generate('fr'), generate('en')];
  expect(english.map((ticket) => ({ ...ticket, request: '' }))).toEqual(
    french.map((ticket) => ({ ...ticket, request: '' })),
  );
  expect(french[0]?.request).toMatchInlineSnapshot(
    `"Les notifications n'arrivent plus à l'adresse clemence51@example.org. Chez Pons et Berger, la même opération fonctionne : nous ne voyons pas la différence. Que pouvons-nous faire en attendant ?"`,
  );
  expect(english[0]?.request).toMatchInlineSnapshot(
    `"Notifications no longer arrive at dejon92@example.org. The same thing works at Goodwin, Graham and Huel, and we can't see the difference. What can we do in the meantime?"`,
  );
});
