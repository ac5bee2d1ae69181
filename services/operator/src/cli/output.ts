import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { isatty } from 'node:tty';
import type { OffsetRange } from '@client-tickets/micro-batch';
import { printable } from '@client-tickets/service-kit';
import Table from 'cli-table3';
import pc from 'picocolors';

const STDOUT = 1;

/** On a terminal, unless `NO_COLOR` is set; elsewhere a script may read it. picocolors alone would colour there, too, with `CI`. */
const hasColors = isatty(STDOUT) && pc.isColorSupported;

const COLORS = ['bold', 'dim', 'green', 'red', 'yellow'] as const;

const SECRET = randomUUID();
const MARKED = new RegExp(`${SECRET}([0-9])(.*?)${SECRET}`, 'gs');

/** Marks text by a word that no text from outside can know; `formatLine` makes the terminal's own sequences of it. */
const mark =
  (color: (typeof COLORS)[number]) =>
  (text: string): string =>
    hasColors ? `${SECRET}${COLORS.indexOf(color)}${text}${SECRET}` : text;

/** Colours of text for `Output.line`. */
export const colors = {
  bold: mark('bold'),
  dim: mark('dim'),
  green: mark('green'),
  red: mark('red'),
  yellow: mark('yellow'),
};

/** One line that can do nothing to a terminal. Further lines of a text are indented: no value can imitate a line of ours. */
function formatLine(text: string): string {
  const safe = printable(text).replaceAll('\n', '\n  ');
  return safe.replaceAll(MARKED, (_, index: string, marked: string) =>
    pc[COLORS[Number(index)] ?? 'reset'](marked),
  );
}

/**
 * Where a command says what it found. What goes wrong is logged to stderr instead. Everything is made printable here: ids, keys,
 * reasons and times come from files that others can write.
 */
export interface Output {
  /** Whether a person reads along, and can be asked. */
  readonly isTerminal: boolean;
  /** Further lines of the text are indented. */
  line(text?: string): void;
  /** Columns whose head begins with `>` are numbers. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** One JSON document. Offsets are written as text. */
  json(value: unknown): void;
  /** As they are; on a terminal as text that it can show. */
  bytes(body: Uint8Array): void;
  /** Shown while something lasts, and replaced; nothing where there is no terminal. */
  progress(text: string): void;
  /** Whether the answer was yes; no where there is no terminal to ask on. */
  confirm(question: string): Promise<boolean>;
}

export function createOutput(
  stdout: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stdout,
  stderr: NodeJS.WriteStream = process.stderr,
  stdin: NodeJS.ReadStream = process.stdin,
): Output {
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[2K');
    shown = false;
  };
  const write = (text: string): void => {
    clear();
    stdout.write(text);
  };
  return {
    isTerminal: stdin.isTTY && stdout.isTTY,
    line: (text = '') => write(`${formatLine(text)}\n`),
    table: (head, rows) => write(`${formatTable(head, rows)}\n`),
    json: (value) => write(`${toJson(value)}\n`),
    bytes: (body) => {
      clear();
      stdout.write(stdout.isTTY ? printable(Buffer.from(body).toString()) : body);
    },
    progress: (text) => {
      if (!stderr.isTTY) return;
      clear();
      stderr.write(formatLine(text));
      shown = true;
    },
    confirm: async (question) => {
      if (!stdin.isTTY) return false;
      clear();
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await lines.question(`${formatLine(question)} [y/N] `)).trim());
      } finally {
        lines.close();
      }
    },
  };
}

const cell = (text: string): string => printable(text).replaceAll('\n', ' ');

export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: head.map((name) => cell(name.replace(/^>/, ''))),
    colAligns: head.map((name) => (name.startsWith('>') ? 'right' : 'left')),
    style: {
      head: hasColors ? ['bold'] : [],
      border: hasColors ? ['gray'] : [],
      compact: true,
    },
  });
  table.push(...rows.map((row) => row.map(cell)));
  return table.toString();
}

/** JSON that a terminal can show: what it could not is escaped, which is the same JSON. */
export function toJson(value: unknown, indent = 2): string {
  const json = JSON.stringify(
    value,
    (_, part: unknown) => {
      if (typeof part === 'bigint') return part.toString();
      return part instanceof Map ? Object.fromEntries(part) : part;
    },
    indent,
  );
  return printable(json);
}

/** `1,200,000` */
export function showNumber(value: number | bigint): string {
  return value.toLocaleString('en-US');
}

/** `1 ticket`, `1,200 tickets`. */
export function showCount(count: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${showNumber(count)} ${count === 1 || count === 1n ? noun : plural}`;
}

/** Offsets as people read them, both ends included: `600–649`. */
export function showOffsets({ startOffset, endOffset }: OffsetRange): string {
  return endOffset - startOffset === 1n ? String(startOffset) : `${startOffset}–${endOffset - 1n}`;
}
