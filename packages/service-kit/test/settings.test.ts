import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  address,
  boolean,
  brokers,
  checkSasl,
  choice,
  decimal,
  describeSettings,
  hostNames,
  httpOrigin,
  integer,
  kafkaConnection,
  kafkaSettings,
  logSettings,
  parsedBy,
  password,
  readSettings,
  secretValues,
  setting,
  SettingsError,
  settingsHelp,
  text,
  token,
  topicName,
  type Environment,
  type SettingType,
} from '../src/index.ts';

const schema = z.object({
  TICKET_COUNT: setting(integer({ min: 0, max: 1_000 }), {
    default: '200',
    description: 'How many tickets.',
  }),
  TICKET_SEED: setting(integer({ min: 0 }), { description: 'Makes a run repeatable.' }),
  API_TOKEN: setting(text('a token'), { description: 'Opens the door.', isSecret: true }),
});

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof SettingsError)
      return error.problems.map(({ variable, message }) => `${variable}: ${message}`);
    throw error;
  }
  return [];
}

test('a variable that is missing or empty has its default, and one without a default stays out', () => {
  expect(readSettings(schema, {})).toEqual({
    TICKET_COUNT: 200,
    TICKET_SEED: undefined,
    API_TOKEN: undefined,
  });
  expect(readSettings(schema, { TICKET_COUNT: '', TICKET_SEED: '' }).TICKET_COUNT).toBe(200);
});

test('variables that the schema does not know are ignored', () => {
  expect(readSettings(schema, { TICKET_COUNT: '7', HOME: '/root' })).not.toHaveProperty('HOME');
});

test('all problems are reported at once, with variable, what it holds and what is allowed', () => {
  const read = () => readSettings(schema, { TICKET_COUNT: '-1', TICKET_SEED: 'abc' });
  expect(read).toThrow(
    '2 settings are wrong:\n' +
      '  TICKET_COUNT: expected an integer from 0 to 1000, found "-1"\n' +
      '  TICKET_SEED: expected an integer of 0 or more, found "abc"',
  );
  expect(read).toThrow(SettingsError);
});

test('what a secret holds is not in its error', () => {
  const secret = z.object({
    PIN: setting(integer({ min: 0, max: 9 }), { description: 'A digit.', isSecret: true }),
  });
  expect(problemsOf(() => readSettings(secret, { PIN: 'hunter2' }))).toEqual([
    'PIN: expected an integer from 0 to 9, found ********',
  ]);
});

test('a login within an address is neither shown nor in an error', () => {
  const addresses = z.object({
    ENDPOINT: setting(httpOrigin(), { description: 'A server.' }),
    BROKERS: setting(brokers(), { description: 'Some servers.' }),
    PLACE: setting(text(), { description: 'A place.' }),
  });
  const environment = {
    ENDPOINT: 'https://key:hunter/2+x@store.example/path',
    BROKERS: 'a:9092,key:hunter2@b:9092',
    PLACE: 's3a://key:hunter/2@bucket/folder/',
  };
  expect(problemsOf(() => readSettings(addresses, environment))).toEqual([
    'ENDPOINT: expected http:// or https:// with a host and perhaps a port, without path, query and login, ' +
      'found "https://********@store.example/path"',
    'BROKERS: expected host:port, or several separated by commas, found "a:9092,********@b:9092"',
  ]);
  expect(describeSettings(addresses, environment).map(({ value }) => value)).toEqual([
    'https://********@store.example/path',
    'a:9092,********@b:9092',
    's3a://********@bucket/folder/',
  ]);
});

const types: readonly (readonly [
  string,
  SettingType<unknown>,
  Readonly<Record<string, unknown>>,
  readonly string[],
])[] = [
  [
    'integer',
    integer({ min: 1, max: 9 }),
    { '1': 1, ' 9 ': 9, '+3': 3 },
    ['0', '10', '1.5', '1e0', '0x1', 'one', ' '],
  ],
  [
    'decimal',
    decimal({ min: 0 }),
    { '0': 0, '0.5': 0.5, '.5': 0.5, '1000': 1000 },
    ['-1', 'NaN', 'Infinity', '1e3', '.'],
  ],
  ['boolean', boolean(), { true: true, FALSE: false, '1': true, '0': false }, ['yes', '2', 'truth']],
  [
    'choice',
    choice(['plain', 'scram-sha-256']),
    { plain: 'plain', 'SCRAM-SHA-256': 'scram-sha-256' },
    ['scram', 'plain,'],
  ],
  [
    'brokers',
    brokers(),
    { 'localhost:19092': ['localhost:19092'], 'a:1, b:2': ['a:1', 'b:2'], '[::1]:9092': ['[::1]:9092'] },
    ['localhost', 'a:1,', ':9092', 'a:0', 'a:65536', 'http://a:1', 'a:1;b:2', 'ada@a:1', 'a?b:1'],
  ],
  [
    'httpOrigin',
    httpOrigin(),
    {
      'http://127.0.0.1:8333': 'http://127.0.0.1:8333',
      ' HTTPS://store.example/\n': 'HTTPS://store.example',
      'http://[::1]:8333': 'http://[::1]:8333',
    },
    [
      '127.0.0.1:8333',
      's3://bucket',
      'http://',
      'http://a/b',
      'http://a/?b',
      'http://a#b',
      'http://a b',
      'http://a:x',
    ],
  ],
  ['text', text('a name'), { ' ada\n': 'ada', 'a b': 'a b' }, [' ', 'a\nb', 'a\u0000']],
  [
    'topicName',
    topicName(),
    { client_tickets: 'client_tickets', ' a.b-c\n': 'a.b-c' },
    ['.', '..', 'a b', 'a/b', 'é', 'a'.repeat(250)],
  ],
  [
    'address',
    address(),
    { '0.0.0.0': '0.0.0.0', '::': '::', localhost: 'localhost', 'a.example': 'a.example' },
    ['http://0.0.0.0', '0.0.0.0:8090', 'a b', '*', 'a..b'],
  ],
  [
    'hostNames',
    hostNames(),
    { 'a.example, b': ['a.example', 'b'] },
    ['https://a.example', 'a.example:443', 'a,', 'a/b'],
  ],
];

test.each(types)('%s reads what is allowed and refuses the rest', (_, type, good, bad) => {
  for (const [text, value] of Object.entries(good)) expect(type.parse(text)).toEqual(value);
  for (const text of bad) {
    expect(() => type.parse(text)).toThrow(`expected ${type.allowed}, found ${JSON.stringify(text)}`);
  }
});

test('a password keeps its blanks and loses the line break of the file that it came from', () => {
  for (const [given, value] of [
    ['hunter2\n', 'hunter2'],
    ['hunter2\r\n', 'hunter2'],
    [' hunter 2 ', ' hunter 2 '],
  ] as const) {
    expect(password().parse(given)).toBe(value);
  }
  for (const given of ['\n', 'a\nb', 'a\tb', 'a\u0000']) {
    expect(() => password().parse(given)).toThrow('without control characters');
  }
});

test('a token fits into a header of HTTP', () => {
  expect(token('a key').parse('AKIA/+=\n')).toBe('AKIA/+=');
  for (const given of ['a b', 'é', 'a\nb', ' ']) expect(() => token('a key').parse(given)).toThrow('a key');
});

test('what a service uses of a secret is kept out of the logs, and what was given, too', () => {
  expect(secretValues(schema, { API_TOKEN: 'hunter2\n' })).toEqual(['hunter2\n', 'hunter2']);
});

test('a parser that the caller gives has the last word', () => {
  const parse = (text: string): number => {
    if (text === 'one') return 1;
    throw new Error(`expected one, found ${text}`);
  };
  const schema = z.object({
    N: setting(parsedBy('one', parse), { default: 'one', description: 'A number.' }),
  });
  expect(readSettings(schema, {}).N).toBe(1);
  expect(problemsOf(() => readSettings(schema, { N: 'two' }))).toEqual(['N: expected one, found two']);
});

test('rows describe every variable, with the values of secrets masked', () => {
  expect(describeSettings(schema, { TICKET_SEED: '7', API_TOKEN: 'hunter2' })).toEqual([
    {
      name: 'TICKET_COUNT',
      description: 'How many tickets.',
      allowed: 'an integer from 0 to 1000',
      default: '200',
      isSecret: false,
      value: '200',
    },
    {
      name: 'TICKET_SEED',
      description: 'Makes a run repeatable.',
      allowed: 'an integer of 0 or more',
      default: undefined,
      isSecret: false,
      value: '7',
    },
    {
      name: 'API_TOKEN',
      description: 'Opens the door.',
      allowed: 'a token',
      default: undefined,
      isSecret: true,
      value: '********',
    },
  ]);
  expect(secretValues(schema, { TICKET_SEED: '7', API_TOKEN: 'hunter2' })).toEqual(['hunter2']);
});

test('the help names every variable with its default, and every exit code', () => {
  const help = settingsHelp(schema);
  for (const part of ['TICKET_COUNT', 'Default: 200.', 'API_TOKEN', '130', '143'])
    expect(help).toContain(part);
});

const service = z.object({ ...kafkaSettings, ...logSettings }).check(checkSasl);
const readKafka = (env: Environment) => kafkaConnection(readSettings(service, env));

test('without any variable the local brokers are reached in the clear', () => {
  expect(readKafka({})).toEqual({ brokers: ['localhost:19092'], ssl: false });
});

test('a whole login is taken', () => {
  const env = { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'ada', KAFKA_SASL_PASSWORD: 'hunter2' };
  expect(readKafka({ ...env, KAFKA_SSL: 'true' })).toEqual({
    brokers: ['localhost:19092'],
    ssl: true,
    sasl: { mechanism: 'plain', username: 'ada', password: 'hunter2' },
  });
});

test('half a login is reported together with everything else', () => {
  expect(problemsOf(() => readKafka({ KAFKA_SASL_MECHANISM: 'plain', LOG_LEVEL: 'loud' }))).toEqual([
    'LOG_LEVEL: expected one of debug, info, warn, error, silent, found "loud"',
    'KAFKA_SASL_USERNAME: expected a value, because KAFKA_SASL_MECHANISM is set, found nothing',
    'KAFKA_SASL_PASSWORD: expected a value, because KAFKA_SASL_MECHANISM is set, found nothing',
  ]);
  expect(problemsOf(() => readKafka({ KAFKA_SASL_USERNAME: 'ada', KAFKA_SASL_PASSWORD: 'hunter2' }))).toEqual(
    [
      'KAFKA_SASL_MECHANISM: expected one of plain, scram-sha-256, scram-sha-512, because KAFKA_SASL_USERNAME is set, found nothing',
    ],
  );
  expect(
    problemsOf(() => readKafka({ KAFKA_SASL_MECHANISM: 'gssapi', KAFKA_SASL_USERNAME: 'ada' })),
  ).toHaveLength(1);
});
