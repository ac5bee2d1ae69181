/** How the text of a variable is read. */
export interface SettingType<Value> {
  /** Goes on after "expected": `an integer from 1 to 1000`. */
  readonly allowed: string;
  /** Throws an `Error` such as `expected true or false, found "maybe"`. */
  parse(text: string): Value;
}

/** Any text. `allowed` says what it stands for: `a user name`. */
export function text(allowed = 'text'): SettingType<string> {
  return { allowed, parse: (text) => text };
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

/** A whole URL of http or https; given back as it was written. A login has no place in it: it would be shown and logged. */
export function httpUrl(): SettingType<string> {
  return settingType('a URL that begins with http:// or https:// and holds no login', (text) => {
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
    const { username, password } = new URL(text);
    return username === '' && password === '' ? text : undefined;
  });
}

/** Read by a function of somebody else, which throws an `Error` that says what it expected and what it found. */
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
  const port = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/,]+):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}
