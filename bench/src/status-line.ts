import { createLogUpdate } from 'log-update';

/** What long work says while it goes on. */
export interface StatusLine {
  /** The last line of a terminal; where there is none, nothing is shown. */
  update(text: string): void;
  /** A line that stays. */
  say(text: string): void;
  stop(): void;
}

export function createStatusLine(): StatusLine {
  const isTerminal = process.stderr.isTTY;
  const line = createLogUpdate(process.stderr);
  let last = '';
  return {
    update(text) {
      last = text;
      if (isTerminal) line(text);
    },
    say(text) {
      if (isTerminal) line.clear();
      process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
      if (isTerminal && last !== '') line(last);
    },
    stop() {
      last = '';
      if (isTerminal) line.clear();
    },
  };
}

/** Of the work's share that is done: `[=====-----]` */
export function bar(done: number, all: number, cells = 24): string {
  const filled = all === 0 ? cells : Math.min(cells, Math.floor((cells * done) / all));
  return `[${'='.repeat(filled).padEnd(cells, '-')}]`;
}
