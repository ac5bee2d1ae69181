import type { Random } from './random.ts';

const TEXTS = [
  'Problème de connexion',
  'Problème de facturation',
  'Erreur de facturation',
  'Question générale',
  'a',
  '"',
  '\\',
  '\\"',
  'x\\',
  'ab"cd',
  'abcdefg',
  'abcdefgh',
  'abcdefghi',
  'é',
  '€uro',
  '😀',
  'a😀b',
  '\u2028',
  '\u0000',
  '\n',
  '\t tab',
  '\u007f',
  '/',
  'https://example.com/a',
  'https://example.com/b',
  '\ud83d',
  '\ude00',
  'x\ud83dy',
  '',
  ' ',
  'null',
  'TECHNICAL',
  '"}',
  '","type":"BILLING',
  'abc"',
  'abcdefg"',
  'abcdefgh"x',
  '\ufeff',
] as const;

/** Any text, of those that are hard more often than not. */
export function anyText(random: Random): string {
  if (random.chance(0.6)) return random.pick(TEXTS);
  if (random.chance(0.3)) return random.pick(TEXTS) + random.pick(TEXTS);
  if (random.chance(0.5)) return `${random.pick(TEXTS)} ${random.below(10_000)}`;
  const point = (): number =>
    random.pick([
      random.below(128),
      random.below(0x800),
      random.below(0xd800),
      0x10000 + random.below(0x1000),
      0xd800 + random.below(0x800),
    ]);
  return String.fromCodePoint(...random.times(random.below(40), point));
}

/** A text as JSON, a share of its characters with needless escapes. */
export function quoted(random: Random, text: string, share: number): string {
  let json = '"';
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const next = text.charCodeAt(i + 1);
    if (random.chance(share)) {
      json += escaped(random, unit);
    } else if (unit === 0x2f && random.chance(0.3)) {
      json += '\\/';
    } else if (unit >= 0xd800 && unit <= 0xdbff && next >= 0xdc00 && next <= 0xdfff) {
      json += text.slice(i, i + 2);
      i += 1;
    } else {
      json += JSON.stringify(text[i]).slice(1, -1);
    }
  }
  return `${json}"`;
}

/** As Python's `json.dumps` and others do. */
export function asciiOnly(json: string): string {
  return json.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escaped(random: Random, unit: number): string {
  const hex = unit.toString(16).padStart(4, '0');
  return `\\u${random.chance(0.5) ? hex : hex.toUpperCase()}`;
}
