import { isIP } from 'node:net';

/** How the text of a variable is read. */
export interface SettingType<Value> {
  /** Goes on after "expected": `an integer from 1 to 1000`. */
  readonly allowed: string;
  /** Throws an `Error` such as `expected true or false, found "maybe"`. */
  parse(text: string): Value;
}

const HAS_CONTROL = /\p{Cc}/u;

/**
 * Any text without control characters, and without blanks and line breaks around it, which are never meant. `allowed` says what it
 * stands for: `a user name`.
 */
export function text(allowed = 'text'): SettingType<string> {
  return settingType(allowed, (text) => (text === '' || HAS_CONTROL.test(text) ? undefined : text));
}

/** A text of certain characters: `matching(/^[a-z]+$/, 'a word')`. */
export function matching(pattern: RegExp, allowed: string): SettingType<string> {
  return settingType(allowed, (text) => (pattern.test(text) ? text : undefined));
}

/**
 * A password. Line breaks at its end are dropped, as a secret that comes from a file often ends with one; blanks are kept, as
 * they may belong to it.
 */
export function password(): SettingType<string> {
  const allowed = 'a password without control characters';
  return {
    allowed,
    parse(text) {
      const value = text.replace(/[\r\n]{1,2}$/, '');
      if (value === '' || HAS_CONTROL.test(value)) throw new Error(`expected ${allowed}`);
      return value;
    },
  };
}

/** What a program has made, not a person: visible ASCII without blanks, so that it fits into a header of HTTP. */
export function token(allowed: string): SettingType<string> {
  return matching(/^[!-~]+$/, `${allowed} of visible ASCII characters, without blanks`);
}

/** A topic's name, by Kafka's rule. */
export function topicName(): SettingType<string> {
  return matching(
    /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/,
    'the name of a topic (1 to 249 letters, digits, ".", "_" or "-")',
  );
}

/** An address to listen on: an IP address or a name, without scheme and port. */
export function address(): SettingType<string> {
  return settingType('an IP address or a host name, without scheme and port', (text) =>
    isIP(text) > 0 || isHostName(text) ? text : undefined,
  );
}

/** Names of hosts, separated by commas; without schemes and ports. */
export function hostNames(): SettingType<readonly string[]> {
  return settingType('host names separated by commas, without schemes and ports', (text) => {
    const names = text.split(',').map((name) => name.trim());
    return names.every(isHostName) ? names : undefined;
  });
}

export function integer({
  min,
  max = Number.MAX_SAFE_INTEGER,
}: {
  readonly min: number;
  readonly max?: number;
}) {
  const allowed =
    max === Number.MAX_SAFE_INTEGER ? `an integer of ${min} or more` : `an integer from ${min} to ${max}`;
  return settingType(allowed, (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** A number that may have a fraction. */
export function decimal({ min, max = Infinity }: { readonly min: number; readonly max?: number }) {
  const allowed = max === Infinity ? `a number of ${min} or more` : `a number from ${min} to ${max}`;
  return settingType(allowed, (text) => {
    const value = /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

export function boolean(): SettingType<boolean> {
  return settingType('true or false', (text) => {
    const word = text.toLowerCase();
    if (word === 'true' || word === '1') return true;
    return word === 'false' || word === '0' ? false : undefined;
  });
}

/** One of some words, in upper or lower case. */
export function choice<const Word extends string>(words: readonly Word[]): SettingType<Word> {
  return settingType(`one of ${words.join(', ')}`, (text) =>
    words.find((word) => word.toLowerCase() === text.toLowerCase()),
  );
}

/** `host:port`, separated by commas. */
export function brokers(): SettingType<readonly string[]> {
  return settingType('host:port, or several separated by commas', (text) => {
    const parts = text.split(',').map((part) => part.trim());
    return parts.every(isHostAndPort) ? parts : undefined;
  });
}

/** The address of a server, without a path or a query. A login has no place in it: it would be shown and logged. */
export function httpOrigin(): SettingType<string> {
  return settingType(
    'http:// or https:// with a host and perhaps a port, without path, query and login',
    (text) => {
      if (!/^https?:\/\/[^/?#@\\\s]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
      return text.replace(/\/$/, '');
    },
  );
}

/** Read by a function of the caller's, which throws an `Error` that says what it expected and what it found. */
export function parsedBy<Value>(allowed: string, parse: (text: string) => Value): SettingType<Value> {
  return { allowed, parse };
}

function settingType<Value>(allowed: string, read: (text: string) => Value | undefined): SettingType<Value> {
  return {
    allowed,
    parse(text) {
      const value = read(text.trim());
      if (value === undefined) throw new Error(`expected ${allowed}, found ${JSON.stringify(text)}`);
      return value;
    },
  };
}

function isHostAndPort(text: string): boolean {
  const port = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/,@?#]+):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}

function isHostName(text: string): boolean {
  return /^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.?$/u.test(text);
}
