import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createOutput, formatTable, toJson } from '../src/cli/output.ts';

const HOSTILE = 'query\u009b2J\u007f\u202e\u001b[8mhidden\n✔ all is well\u2028\u{e0001}\r';

/** Everything that could do something to a terminal, but line feeds. */
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function written(say: (output: ReturnType<typeof createOutput>) => void): string {
  const stdout = Object.assign(new PassThrough(), { isTTY: false });
  say(createOutput(stdout));
  return String(stdout.read());
}

test('no text from outside can do anything to a terminal, or imitate a line of the command', () => {
  const line = written((output) => output.line(`query ${HOSTILE} goes on`));
  expect(line).not.toMatch(UNPRINTABLE);
  expect(line.split('\n')[1]).toMatch(/^ {2}✔/);
  expect(written((output) => output.table(['id', HOSTILE], [['1', HOSTILE]]))).not.toMatch(UNPRINTABLE);
  expect(formatTable(['id'], [[HOSTILE]]).split('\n')).toHaveLength(
    formatTable(['id'], [['x']]).split('\n').length,
  );
});

test('JSON is printable, and still says the same', () => {
  const json = toJson({ [HOSTILE]: [HOSTILE, 1n] });
  expect(json).not.toMatch(UNPRINTABLE);
  expect(JSON.parse(json)).toEqual({ [HOSTILE]: [HOSTILE, '1'] });
});

test('bytes are written as they are where no terminal would show them', () => {
  expect(written((output) => output.bytes(Buffer.from(HOSTILE)))).toBe(HOSTILE);
});
