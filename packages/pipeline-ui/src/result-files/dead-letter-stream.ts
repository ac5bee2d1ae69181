import type { DeadLetterView } from '../api/index.ts';
import type { DeadLetterFile } from './dead-letter-files.ts';
import { showDeadLetter } from './dead-letter-view.ts';
import { MOST_BYTES } from './file-reads.ts';
import { linesBackwards } from './text-lines.ts';

/** What one request may read of all partitions together, and what it could not show. */
export interface ReadBudget {
  files: number;
  bytes: number;
  filesRead: number;
  readonly skipped: Set<string>;
}

/** The dead letters of one partition, newest first. */
export interface DeadLetterStream {
  readonly partition: number;
  /** The next one; `undefined` at the end, or before `advance`. */
  readonly head: DeadLetterView | undefined;
  /** Everything from here on was taken, or does not match. */
  readonly position: bigint;
  /** Provides `head`, unless there is no more. False: the budget was used up first. */
  advance(): Promise<boolean>;
  take(): void;
}

const LINES_BETWEEN_PAUSES = 500;

export function createDeadLetterStream(options: {
  readonly partition: number;
  /** Only what lies before it. */
  readonly bound: bigint;
  readonly files: AsyncIterable<DeadLetterFile>;
  readonly read: (key: string) => Promise<Uint8Array | undefined>;
  readonly budget: ReadBudget;
  readonly matches: (letter: DeadLetterView) => boolean;
}): DeadLetterStream {
  const { partition, bound, files, read, budget, matches } = options;
  const steps = walk();
  let head: DeadLetterView | undefined;
  let position = bound;
  let isAtEnd = false;

  /** Yields the dead letters that match, and after each file where it starts. */
  async function* walk(): AsyncGenerator<DeadLetterView | bigint> {
    for await (const { key, size, startOffset } of files) {
      if (size > MOST_BYTES) {
        budget.skipped.add(`${key} is too large to be shown (${size} bytes)`);
        yield startOffset;
        continue;
      }
      if (budget.files <= 0 || budget.bytes <= 0) return;
      budget.files -= 1;
      budget.bytes -= size;
      budget.filesRead += 1;
      let lines = 0;
      for (const line of linesBackwards(await readOrSkip(key))) {
        if (++lines % LINES_BETWEEN_PAUSES === 0) await new Promise(setImmediate); // the engine goes first
        const letter = showOrSkip(key, line);
        if (letter !== undefined && BigInt(letter.offset) < bound && matches(letter)) yield letter;
      }
      yield startOffset;
    }
    yield 0n;
  }

  function showOrSkip(key: string, line: Uint8Array): DeadLetterView | undefined {
    try {
      return showDeadLetter(line);
    } catch (error) {
      budget.skipped.add(`${key} holds a line that is no dead letter: ${describe(error)}`);
      return undefined;
    }
  }

  async function readOrSkip(key: string): Promise<Uint8Array> {
    try {
      return (await read(key)) ?? new Uint8Array();
    } catch (error) {
      budget.skipped.add(`${key} can't be shown: ${describe(error)}`);
      return new Uint8Array();
    }
  }

  return {
    partition,
    get head() {
      return head;
    },
    get position() {
      return position;
    },
    async advance() {
      while (head === undefined && !isAtEnd) {
        const step = await steps.next();
        if (step.done === true) return false;
        if (typeof step.value === 'bigint') {
          position = step.value;
          isAtEnd = position === 0n;
        } else head = step.value;
      }
      return true;
    },
    take() {
      if (head !== undefined) position = BigInt(head.offset);
      head = undefined;
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
