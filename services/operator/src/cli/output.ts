import { createInterface } from 'node:readline/promises';
import { isatty } from 'node:tty';
import type { OffsetRange } from '@client-tickets/micro-batch';
import Table from 'cli-table3';
import pc from 'picocolors';

const STDOUT = 1;

/** On a terminal, unless `NO_COLOR` is set; elsewhere a script may read it. picocolors alone would colour there, too, with `CI`. */
const hasColors = isatty(STDOUT) && pc.isColorSupported;

export const colors = pc.createColors(hasColors);

/** Where a command says what it found. What goes wrong is logged to stderr instead. */
export interface Output {
  /** Whether a person reads along, and can be asked. */
  readonly isTerminal: boolean;
  line(text?: string): void;
  /** Columns whose head begins with `>` are numbers. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** One JSON document. Offsets are written as text. */
  json(value: unknown): void;
  bytes(body: Uint8Array): void;
  /** Shown while something lasts, and replaced; nothing where nobody looks. */
  progress(text: string): void;
  /** Whether the answer was yes; no where nobody can be asked. */
  confirm(question: string): Promise<boolean>;
}

export function createOutput(
  stdout: NodeJS.WriteStream = process.stdout,
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
    line: (text = '') => write(`${text}\n`),
    table: (head, rows) => write(`${formatTable(head, rows)}\n`),
    json: (value) => write(`${toJson(value)}\n`),
    bytes: (body) => {
      clear();
      stdout.write(body);
    },
    progress: (text) => {
      if (!stderr.isTTY) return;
      clear();
      stderr.write(text);
      shown = true;
    },
    confirm: async (question) => {
      if (!stdin.isTTY) return false;
      clear();
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
      } finally {
        lines.close();
      }
    },
  };
}

export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: head.map((name) => name.replace(/^>/, '')),
    colAligns: head.map((name) => (name.startsWith('>') ? 'right' : 'left')),
    style: {
      head: hasColors ? ['bold'] : [],
      border: hasColors ? ['gray'] : [],
      compact: true,
    },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part: unknown) => {
      if (typeof part === 'bigint') return part.toString();
      return part instanceof Map ? Object.fromEntries(part) : part;
    },
    2,
  );
}

/** `1,200,000` */
export function showNumber(value: number | bigint): string {
  return value.toLocaleString('en-US');
}

/** `1 ticket`, `1,200 tickets`. */
export function showCount(count: number | bigint, noun: string): string {
  return `${showNumber(count)} ${noun}${count === 1 || count === 1n ? '' : 's'}`;
}

/** Offsets as people read them, both ends included: `600–649`. */
export function showOffsets({ startOffset, endOffset }: OffsetRange): string {
  return endOffset - startOffset === 1n ? String(startOffset) : `${startOffset}–${endOffset - 1n}`;
}
