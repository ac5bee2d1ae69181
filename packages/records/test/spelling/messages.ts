import type { RecordDefinition } from '@client-tickets/records';
import type { Random } from './random.ts';
import { asciiOnly, quoted } from './texts.ts';
import { anyJson, spellValue } from './values.ts';

/** A program that writes all its messages in one way. */
interface Style {
  readonly order: readonly string[];
  readonly comma: string;
  readonly colon: string;
  readonly isAscii: boolean;
  readonly extra: readonly string[];
  readonly start: string;
  readonly end: string;
  readonly skipsNulls: boolean;
}

/** Writes messages that are records more often than not: by some programs with styles of their own, and by one that has none. */
export class MessageWriter {
  readonly #definition: RecordDefinition;
  readonly #random: Random;
  readonly #styles: readonly Style[];

  constructor(definition: RecordDefinition, random: Random) {
    this.#definition = definition;
    this.#random = random;
    const names = Object.keys(definition.fields);
    this.#styles = random.times(10, (index) => ({
      order: index < 4 ? names : random.shuffled(names),
      comma: random.pick([',', ',', ', ', ',\n  ', ' , ']),
      colon: random.pick([':', ':', ': ', ' : ', ':\t']),
      isAscii: index % 2 === 1,
      extra: random.pick([
        [],
        [],
        [],
        ['"channel":"#"'],
        ['"meta": {"a": [#, 2.5e3, null]}'],
        ['"x":#', '"caf\\u00e9":"#"', '"u":null'],
      ]),
      start: random.pick(['{', '{', '{', '{ ', '{\n  ', '\ufeff{']),
      end: random.pick(['}', '}', '}', ' }', '\n}', '}\n', '}\r\n']),
      skipsNulls: index % 3 === 2,
    }));
  }

  next(): Uint8Array {
    const text = this.#random.chance(0.65) ? this.#styled() : this.#wild();
    return this.#spoiled(Buffer.from(text));
  }

  #styled(): string {
    const random = this.#random;
    const style = random.pick(this.#styles);
    const isTame = random.chance(0.9);
    const members = style.order.flatMap((name) => {
      const field = this.#definition.fields[name];
      if (field === undefined) return [];
      const json = spellValue(random, name, field, 0, isTame);
      if (style.skipsNulls && json === 'null') return [];
      return [`"${name}"${style.colon}${style.isAscii ? asciiOnly(json) : json}`];
    });
    const extra = style.extra.map((each) =>
      each.replaceAll('#', random.pick(['1', '12', '0', 'true', '01', '-0'])),
    );
    return `${style.start}${[...members, ...extra].join(style.comma)}${style.end}`;
  }

  #wild(): string {
    const random = this.#random;
    const share = random.pick([0, 0, 0, 0.05, 0.5]);
    const isTame = random.chance(0.5);
    const blank = (): string =>
      random.chance(0.15)
        ? random.pick([
            ' ',
            '\n',
            '\t',
            '\r',
            '  ',
            '\r\n',
            random.chance(0.05) ? '\v' : ' ',
            random.chance(0.05) ? '\u00a0' : ' ',
          ])
        : '';
    const fields = Object.entries(this.#definition.fields);
    const members = random.shuffled(fields).map(([name, field]) => {
      const key = random.chance(0.05) ? quoted(random, name, 0.3) : `"${name}"`;
      return `${key}${blank()}:${blank()}${spellValue(random, name, field, share, isTame)}`;
    });
    if (random.chance(0.3)) members.splice(random.below(members.length), random.below(2));
    for (let more = random.below(3); more > 0; more -= 1) {
      const names = [
        '"channel"',
        '"x"',
        '"__proto__"',
        '"typ\\u0065x"',
        '"caf\\u00e9"',
        '""',
        '"constructor"',
        '"\\ud800"',
      ];
      members.splice(random.below(members.length + 1), 0, `${random.pick(names)}:${anyJson(random, share)}`);
    }
    if (random.chance(0.25)) {
      const [name, field] = random.pick(fields); // twice: the last one counts
      const json = random.chance(0.7)
        ? spellValue(random, name, field, share, isTame)
        : anyJson(random, share);
      members.splice(random.below(members.length + 1), 0, `"${name}":${json}`);
    }
    const comma = members.map(() => `${blank()},${blank()}`);
    const inner = members
      .map((member, index) => (index === 0 ? member : `${comma[index] ?? ','}${member}`))
      .join('');
    return `${random.chance(0.03) ? '\ufeff' : ''}${blank()}{${blank()}${inner}${blank()}}${blank()}`;
  }

  /** One in three with bytes changed, left out or put in. */
  #spoiled(message: Buffer): Uint8Array {
    const random = this.#random;
    if (random.chance(0.67)) return message;
    let bytes = message;
    for (let more = 1 + random.below(2); more > 0; more -= 1) bytes = this.#spoil(bytes);
    return bytes;
  }

  #spoil(bytes: Buffer): Buffer {
    const random = this.#random;
    const at = random.below(bytes.length + 1);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (random.below(7)) {
      case 0:
        return before;
      case 1: {
        const changed = Buffer.from(bytes);
        const place = Math.min(at, bytes.length - 1);
        if (place >= 0)
          changed[place] = random.chance(0.5)
            ? random.below(256)
            : (changed[place] ?? 0) ^ (1 << random.below(8));
        return changed;
      }
      case 2: {
        const any = (): number =>
          random.pick([random.below(256), 0x22, 0x5c, 0x7d, 0x2c, 0xc3, 0xed, 0xf0, 0x80, 0]);
        return Buffer.concat([before, Buffer.from(random.times(1 + random.below(4), any)), after]);
      }
      case 3:
        return Buffer.concat([before, after.subarray(1 + random.below(3))]);
      case 4:
        return Buffer.concat([bytes, Buffer.from(random.pick(['}', ' ', '\n', 'x', '\0', '{}', '"', ',']))]);
      case 5:
        return Buffer.concat([Buffer.from(random.pick(['\ufeff', ' ', 'x', '[', '\0'])), bytes]);
      default: {
        const places = [...bytes.keys()].filter((place) => (bytes[place] ?? 0) >= 0x61);
        const place = places.length === 0 ? 0 : random.pick(places);
        return Buffer.concat([
          bytes.subarray(0, place),
          Buffer.from(random.pick(NO_TEXT)),
          bytes.subarray(place),
        ]);
      }
    }
  }
}

/** What no JSON text in UTF-8 may hold. */
const NO_TEXT = [
  [0x1f],
  [0x00],
  [0x7f],
  [0x80],
  [0xbf],
  [0xff],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xc3],
  [0xe0, 0x80, 0x80],
  [0xe0, 0x9f, 0xbf],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xef, 0xbf, 0xbf],
  [0xf0, 0x8f, 0xbf, 0xbf],
  [0xf4, 0x8f, 0xbf, 0xbf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf0, 0x9f, 0x98, 0x22],
  [0xe2, 0x82],
  [0x5c, 0x75, 0x30, 0x30, 0x36, 0x67],
  [0x5c, 0x78],
  [0x5c, 0x75, 0x30],
  [0x5c, 0x22],
  [0x5c, 0x62],
] as const;
