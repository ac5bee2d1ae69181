import {
  isDead,
  isTicket,
  ticket,
  ticketJson,
  withField,
  withMembers,
  type Field,
  type HostileCase,
} from './hostile-case.ts';

const DEEP = 100_000;
const FIELDS = Object.keys(ticket) as readonly Field[];
const nest = (open: string, close: string, depth = DEEP): string => open.repeat(depth) + close.repeat(depth);

/** JSON whose form is the trouble: cut off, deep, repeated, or with names that JavaScript gives a meaning. */
export const shapeCases: readonly HostileCase[] = [
  isDead('opens arrays and never closes them', '['.repeat(DEEP)),
  isDead('opens objects and never closes them', '{"a":'.repeat(DEEP)),
  isDead('is arrays in arrays', nest('[', ']')),
  isDead('is objects in objects', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`),
  isDead('has a type nested deeply', withField('type', nest('[', ']'))),
  isTicket('has a field of no interest nested deeply', withMembers(`"x":${nest('[', ']')}`)),
  isTicket('says a field twice, rightly the second time', withMembers('"type":"SALES"')),
  isDead('says a field twice, wrongly the second time', ticketJson.replace('}', ',"type":"SALES"}')),
  isDead('says a field again with an escaped name', ticketJson.replace('}', String.raw`,"\u0074ype":1}`)),
  isTicket('says one field ten thousand times', withMembers('"x":1,'.repeat(10_000).slice(0, -1))),
  isTicket(
    'has ten thousand fields',
    withMembers(Array.from({ length: 10_000 }, (_, i) => `"x${i}":${i}`).join(',')),
  ),
  isTicket('has fields named by numbers', withMembers('"0":1,"1":2,"4294967295":3')),
  isTicket('has a field without a name', withMembers('"":1')),
  isTicket('sets __proto__', withMembers('"__proto__":{"type":"SALES","polluted":true}')),
  isTicket('sets __proto__ to null', withMembers('"__proto__":null')),
  isTicket('sets constructor.prototype', withMembers('"constructor":{"prototype":{"polluted":true}}')),
  isTicket(
    'replaces methods',
    withMembers('"toString":1,"valueOf":2,"toJSON":3,"hasOwnProperty":4,"then":5'),
  ),
  isDead('has everything in __proto__', `{"__proto__":${ticketJson}}`),
  isDead('has everything one level down', `{"value":${ticketJson}}`),
  isDead(
    'has names in capitals',
    ticketJson.replaceAll(/"(\w+)":/g, (name) => name.toUpperCase()),
  ),
  ...FIELDS.map((field) => isDead(`lacks ${field}`, JSON.stringify({ ...ticket, [field]: undefined }))),
];

/** The ticket, cut off after each of its bytes. */
export const cutCases: readonly HostileCase[] = Array.from(Buffer.from(ticketJson), (_, length) =>
  isDead(`ends after ${length} bytes`, Buffer.from(ticketJson).subarray(0, length)),
);

const WRONG_TYPES = [
  'null',
  'true',
  '0',
  '-1.5e3',
  '""',
  '[]',
  '{}',
  '["LOW"]',
  '{"toString":"LOW"}',
] as const;

/** Each field with a value of each other type. */
export const typeCases: readonly HostileCase[] = FIELDS.flatMap((field) =>
  WRONG_TYPES.map((json) => isDead(`has ${json} for ${field}`, withField(field, json))),
);

/** Numbers, days and digits where rounding, overflow and other scripts are to be feared. */
export const valueCases: readonly HostileCase[] = [
  isDead('has a number past 2^53 for its id', withField('ticket_id', '9007199254740993')),
  isDead('has a number that no double holds for its time', withField('created_at', '1e400')),
  isTicket(
    'has numbers past 2^53 and past all doubles beside',
    withMembers('"a":9007199254740993,"b":1e400,"c":-1e-400,"d":-0'),
  ),
  isTicket('has a number of 100,000 digits beside', withMembers(`"x":${'9'.repeat(100_000)}`)),
  isTicket('has an id past 2^64', withField('ticket_id', '"TCK-184467440737095516160"')),
  isTicket('has an id of 100,000 digits', withField('ticket_id', `"TCK-${'7'.repeat(100_000)}"`)),
  isTicket('has an id in Arabic digits', withField('ticket_id', '"TCK-٠٠٠٠١"')),
  isTicket('has an id in wide digits', withField('ticket_id', '"TCK-００００１"')),
  isTicket('has an id with a line end', withField('ticket_id', String.raw`"TCK-00001\n"`)),
  isTicket('has an id that climbs folders', withField('ticket_id', '"TCK-00001/../../x"')),
  isTicket('has an id of four digits', withField('ticket_id', '"TCK-0001"')),
  isTicket('has the client 099', withField('client_id', '"CL-099"')),
  isTicket('has the client 1000', withField('client_id', '"CL-1000"')),
  isTicket('has the client -1', withField('client_id', '"CL--1"')),
  isDead('has a type with a Cyrillic letter', withField('type', '"ВILLING"')),
  isDead('has a type in small letters', withField('type', '"billing"')),
  isDead('has a type with a blank', withField('type', '"BILLING "')),
  isDead('has the type toString', withField('type', '"toString"')),
  isDead('has the type __proto__', withField('type', '"__proto__"')),
  isDead('has the priority constructor', withField('priority', '"constructor"')),
  isDead('was created in the year 0', withField('created_at', '"0000-01-01T00:00:00.000Z"')),
  isTicket('was created in the year 1', withField('created_at', '"0001-01-01T00:00:00.000Z"')),
  isTicket(
    'was created in the last millisecond of 9999',
    withField('created_at', '"9999-12-31T23:59:59.999Z"'),
  ),
  isDead('was created in the year 10000', withField('created_at', '"+010000-01-01T00:00:00.000Z"')),
  isDead('was created on 30 February', withField('created_at', '"2026-02-30T00:00:00.000Z"')),
  isDead(
    'was created on 29 February of a year without',
    withField('created_at', '"1900-02-29T00:00:00.000Z"'),
  ),
  isTicket('was created on 29 February of 2000', withField('created_at', '"2000-02-29T00:00:00.000Z"')),
  isDead('was created at 24:00', withField('created_at', '"2026-11-22T24:00:00.000Z"')),
  isDead('was created in a leap second', withField('created_at', '"2016-12-31T23:59:60.000Z"')),
  isTicket('was created elsewhere', withField('created_at', '"2026-11-22T09:30:00.000+02:00"')),
  isTicket('was created at a time without a zone', withField('created_at', '"2026-11-22T09:30:00.000"')),
  isTicket(
    'was created at a time with 10,000 decimals',
    withField('created_at', `"2026-11-22T09:30:00.${'1'.repeat(10_000)}Z"`),
  ),
];
