import type { Field } from '@client-tickets/records';
import type { Random } from './random.ts';
import { anyText, quoted } from './texts.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** JSON of a value that mostly fits the field. `share` of its characters are escaped for no reason. */
export function spellValue(
  random: Random,
  name: string,
  field: Field,
  share: number,
  isTame: boolean,
): string {
  if (field.nullable && random.chance(0.3)) return 'null';
  if (!isTame && random.chance(0.04)) return anyJson(random, share);
  switch (field.kind) {
    case 'text':
      return quoted(random, textFor(random, name, field.pattern, isTame), share);
    case 'oneOf':
      return quoted(random, oneOf(random, field.values, isTame), share);
    case 'timestamp':
      return quoted(random, isTame ? tameTime(random) : anyTime(random), share);
    case 'integer':
    case 'number':
      return isTame ? tameNumber(random, field.kind === 'number') : anyNumber(random);
    case 'boolean':
      return random.pick(isTame ? ['true', 'false'] : ['true', 'false', 'tru', 'falsey', '"true"', '0']);
  }
}

function textFor(random: Random, name: string, pattern: RegExp | undefined, isTame: boolean): string {
  if (pattern !== undefined) {
    return random.chance(0.9) ? `X-${random.below(1000)}` : random.pick(['X-', 'X-1 ', 'x-1', 'X-12345', '']);
  }
  // Ids are mostly different, and so must leave the dictionary by themselves.
  if (name.endsWith('_id') && random.chance(0.95))
    return `TCK-${String(random.below(10 ** (1 + random.below(9)))).padStart(5, '0')}`;
  const text = anyText(random);
  return isTame ? `${Buffer.from(text).toString()}x` : text; // half of a pair becomes U+FFFD
}

function oneOf(random: Random, values: readonly string[], isTame: boolean): string {
  if (isTame || random.chance(0.9)) return random.pick(values);
  const value = random.pick(values);
  return random.pick([
    value.toLowerCase(),
    `${value}S`,
    value.slice(0, -1),
    `${value}"`,
    ` ${value}`,
    '',
    'toString',
  ]);
}

function tameTime(random: Random): string {
  const decimals = random.pick(['', '.1', '.123', '.123', '.123456', '.123000', '.000001', '.999999999']);
  const zone = random.pick(['Z', 'Z', 'Z', '+00:00', '+02:00', '', '-0330']);
  return `2026-11-${two(22 + random.below(2))}T09:${two(30 + random.below(2))}:${two(random.below(60))}${decimals}${zone}`;
}

function anyTime(random: Random): string {
  const years = ['0000', '0001', '1900', '1969', '2000', '2024', '2026', '9999', '12026', '-001'];
  const date = random.pick([
    `2026-11-${two(22 + random.below(2))}`,
    `2026-${random.pick(['03-29', '10-25'])}`,
    `${random.pick(years)}-${two(random.below(14))}-${two(random.below(33))}`,
    random.pick(['0001-01-01', '9999-12-31']),
  ]);
  const clock = random.pick([
    `09:${two(30 + random.below(2))}:${two(random.below(60))}`,
    `0${random.below(4)}:${two(random.below(60))}:00`,
    `${two(random.below(26))}:${two(random.below(62))}:${two(random.below(62))}`,
    `${two(random.below(24))}:${two(random.below(60))}`,
  ]);
  const decimals = random.pick([
    '',
    '',
    '.',
    '.1',
    '.12',
    '.123',
    '.1234',
    '.123456',
    '.123450',
    '.0000001',
    '.999999999999',
    ',5',
  ]);
  const zones = [
    'Z',
    'Z',
    'z',
    '+00:00',
    '-00:00',
    '+02:00',
    '+0200',
    '+02',
    '-11:30',
    '',
    '',
    '+24:00',
    '+2',
    '+02:60',
    'ZZ',
    ' Z',
    '+02:',
    '02:00',
    'U',
  ];
  return `${date}${random.pick(['T', 'T', 'T', 't', ' ', '_', ''])}${clock}${decimals}${random.pick(zones)}`;
}

function tameNumber(random: Random, hasDecimals: boolean): string {
  const whole = String(random.below(10 ** random.below(7)));
  return hasDecimals && random.chance(0.6) ? `${whole}.${random.below(1000)}` : whole;
}

function anyNumber(random: Random): string {
  return random.pick([
    '0',
    '-0',
    '-0.0',
    '1',
    '12.5',
    '0.1',
    '1.0',
    '1e5',
    '1E+400',
    '-3.25e-7',
    '01',
    '-01',
    '1.',
    '.5',
    '+1',
    '1e',
    '--1',
    '-',
    'NaN',
    '9007199254740991',
    '9007199254740993',
    '123456789012345678901234567890',
    '0.30000000000000004',
    '1234567.12345678',
    '100',
    '101',
    '-5',
    '99.999999999999',
    '0.1234567890123456',
    '1-2',
    '1.2.3',
    '0x10',
    'null',
    '"1"',
    String(random.next() * 10 ** random.below(20)),
    String(random.below(2 ** 31) * 2 ** random.below(24)),
  ]);
}

/** Any JSON, and now and then what is none. */
export function anyJson(random: Random, share: number, depth = 0): string {
  switch (random.below(depth > 3 ? 4 : 8)) {
    case 0:
      return quoted(random, anyText(random), share);
    case 1:
      return random.chance(0.8) ? random.pick(['0', '-1', '12.5', '1e5', '7']) : anyNumber(random);
    case 2:
      return random.pick([
        'true',
        'false',
        'null',
        'null',
        random.chance(0.1) ? 'nul' : 'null',
        random.chance(0.1) ? 'True' : 'true',
      ]);
    case 3:
      return random.pick([
        '{}',
        '[]',
        '""',
        '[ ]',
        '{ }',
        random.chance(0.1) ? '[,]' : '[]',
        random.chance(0.1) ? '[1,]' : '[1]',
      ]);
    case 4:
    case 5:
      return `[${random.times(random.below(4), () => anyJson(random, share, depth + 1)).join(random.pick([',', ', ']))}]`;
    case 6: {
      const member = (): string =>
        `${quoted(random, anyText(random), share)}:${anyJson(random, share, depth + 1)}`;
      return `{${random.times(random.below(4), member).join(',')}}`;
    }
    default:
      return random.chance(0.05) ? '['.repeat(40) + ']'.repeat(40) : '"email"';
  }
}
