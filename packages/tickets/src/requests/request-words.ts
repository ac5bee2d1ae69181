import { faker as english } from '@faker-js/faker/locale/en';
import { faker as french } from '@faker-js/faker/locale/fr';
import { createSeededRandom, seedParts } from '../seeded-random.ts';

/** What changes from one request to the next: each call draws another name, number or time. */
export interface RequestWords {
  pick<Value>(choices: readonly [Value, ...Value[]]): Value;
  person(): string;
  company(): string;
  city(): string;
  email(): string;
  browser(): string;
  plan(): string;
  weekday(): string;
  /** A day of the year: `14 mars`, `March 14`. */
  date(): string;
  /** A time of a working day: `9 h 45`, `2:45 pm`. */
  time(): string;
  /** With its currency: `129,90 €`. */
  amount(): string;
  /** `F-48213` */
  invoice(): string;
  /** `CMD-204817` */
  order(): string;
  /** The last four digits of a card. */
  cardEnd(): string;
  /** What a failing server answers: `503`. */
  httpError(): string;
  /** A whole number, both ends included. */
  number(min: number, max: number): number;
}

/** A language's own way to write what differs. */
interface Language {
  readonly faker: typeof french;
  readonly cities?: readonly string[];
  readonly plans: readonly [string, ...string[]];
  readonly invoicePrefix: string;
  readonly orderPrefix: string;
  weekday(name: string): string;
  date(day: number, month: string): string;
  time(hour: number, minutes: string): string;
  amount(cents: number): string;
}

const LANGUAGES = {
  fr: {
    faker: french,
    // Those that follow `à` as they are: `à Le Mans` is no French.
    cities: french.definitions.location.city_name.filter((city) => !/^Les? /.test(city)),
    plans: ['Essentiel', 'Équipe', 'Entreprise'],
    invoicePrefix: 'F',
    orderPrefix: 'CMD',
    weekday: (name) => name.toLowerCase(),
    date: (day, month) => `${day} ${month.toLowerCase()}`,
    time: (hour, minutes) => `${hour} h ${minutes}`,
    amount: (cents) => `${decimals(cents).replace('.', ',')} €`,
  },
  en: {
    faker: english,
    plans: ['Essential', 'Team', 'Enterprise'],
    invoicePrefix: 'INV',
    orderPrefix: 'ORD',
    weekday: (name) => name,
    date: (day, month) => `${month} ${day}`,
    time: (hour, minutes) => `${hour > 12 ? hour - 12 : hour}:${minutes} ${hour >= 12 ? 'pm' : 'am'}`,
    amount: (cents) => `$${decimals(cents)}`,
  },
} as const satisfies Readonly<Record<string, Language>>;

export type RequestLanguage = keyof typeof LANGUAGES;
export const REQUEST_LANGUAGES = ['fr', 'en'] as const satisfies readonly RequestLanguage[];

const NAMES = 120; // of each kind, so that a name comes back now and then, as it does at a real desk
const STREAM = 1; // apart from the numbers that the rest of a ticket is drawn from

/**
 * Words for requests; the same language and seed give the same ones in the same order. faker makes up the names, once: drawing
 * from what it made takes a hundredth of the time.
 */
export function createRequestWords(language: RequestLanguage, seed: number): RequestWords {
  const { faker, plans, invoicePrefix, orderPrefix, ...say }: Language = LANGUAGES[language];
  faker.seed([...seedParts(seed), STREAM]);
  const make = (name: () => string): readonly string[] => faker.helpers.multiple(name, { count: NAMES });
  const people = make(() => `${faker.person.firstName()} ${faker.person.lastName()}`);
  const companies = make(() => faker.company.name());
  const emails = make(() => faker.internet.exampleEmail().toLowerCase());
  const cities = say.cities ?? make(() => faker.location.city());
  const weekdays = faker.definitions.date.weekday.wide;
  const months = faker.definitions.date.month.wide;

  const random = createSeededRandom(seed, STREAM);
  const number = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1));
  const oneOf = (choices: readonly string[]): string => choices[number(0, choices.length - 1)] ?? '';
  const pick: RequestWords['pick'] = (choices) => choices[number(0, choices.length - 1)] ?? choices[0];
  return {
    pick,
    number,
    person: () => oneOf(people),
    company: () => oneOf(companies),
    city: () => oneOf(cities),
    email: () => oneOf(emails),
    browser: () => pick(['Chrome', 'Firefox', 'Safari', 'Edge']),
    plan: () => pick(plans),
    weekday: () => say.weekday(oneOf(weekdays)),
    date: () => say.date(number(2, 28), oneOf(months)),
    time: () => say.time(number(8, 18), pick(['00', '15', '30', '45'])),
    amount: () => say.amount(number(900, 90_000)),
    invoice: () => `${invoicePrefix}-${number(10_000, 99_999)}`,
    order: () => `${orderPrefix}-${number(100_000, 999_999)}`,
    cardEnd: () => String(number(1_000, 9_999)),
    httpError: () => pick(['500', '502', '503', '504']),
  };
}

function decimals(cents: number): string {
  return (cents / 100).toFixed(2);
}
