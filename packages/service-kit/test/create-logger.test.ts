import { expect, test } from 'vitest';
import { createLogger, type LoggerOptions } from '../src/index.ts';
import type { ServiceLogger } from '../src/create-logger.ts';

function capture(options: Partial<LoggerOptions> = {}): {
  readonly logger: ServiceLogger;
  readonly lines: string[];
} {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({
    name: 'producer',
    level: 'info',
    isTerminal: false,
    destination,
    ...options,
  });
  return { logger, lines };
}

const parse = (line: string | undefined): unknown => JSON.parse(line ?? '');

test('elsewhere than on a terminal a line is JSON with service, level and an ISO time', () => {
  const { logger, lines } = capture();
  logger.child({ batchId: 7 }).info({ tickets: 200 }, 'produced');
  logger.debug({}, 'not shown');
  expect(lines).toHaveLength(1);
  expect(parse(lines[0])).toMatchObject({
    level: 'info',
    service: 'producer',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    batchId: 7,
    tickets: 200,
    msg: 'produced',
  });
});

test('on a terminal a line is readable text', () => {
  const { logger, lines } = capture({ isTerminal: true });
  logger.warn({ topic: 'client_tickets', error: new Error('no answer') }, 'still waiting');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/WARN.*still waiting.*client_tickets.*no answer.*\n$/);
  expect(lines[0]).not.toContain('\n    at ');
});

test('an error tells its causes in one line, and its stack at level debug alone', () => {
  const error = new Error('cannot list topics', { cause: new Error('connect ECONNREFUSED') });
  const quiet = capture();
  quiet.logger.error({ err: error }, 'failed');
  expect(parse(quiet.lines[0])).toMatchObject({
    err: { type: 'Error', message: 'cannot list topics: connect ECONNREFUSED' },
  });
  expect(quiet.lines[0]).not.toContain('stack');

  const verbose = capture({ level: 'debug' });
  verbose.logger.error({ error }, 'failed');
  expect(parse(verbose.lines[0])).toMatchObject({
    error: { stack: expect.stringContaining('create-logger.test') },
  });
});

test('secrets are hidden, by the name of their field and wherever their text appears', () => {
  const { logger, lines } = capture({ secrets: ['hunter"2!', 'x'] });
  logger.info({ sasl: { password: 'from a field' } }, 'connecting');
  logger.error({ url: 'https://ada:hunter"2!@host' }, 'could not log in with hunter"2!');
  expect(lines.join('')).not.toMatch(/from a field|hunter/);
  expect(parse(lines[1])).toMatchObject({
    msg: 'could not log in with ********',
    url: 'https://ada:********@host',
  });
});

test.each([true, false])(
  'no text from outside can do anything to a terminal (isTerminal: %s)',
  (isTerminal) => {
    const { logger, lines } = capture({ isTerminal });
    const hostile = 'a\u009b2J\u007f\u202eb\u001b]0;title\u0007\u{e0001}\ud800';
    logger.warn({ topic: hostile, error: new Error(hostile) }, `query ${hostile} is not known`);
    const [line = ''] = lines;
    const text = line.replace('\r\u001b[2K', ''); // clears what a progress bar has left
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}]/u);
    expect(text).toContain('\\u009b2J\\u007f\\u202eb');
    if (!isTerminal) expect(JSON.parse(line)).toMatchObject({ topic: hostile, error: { message: hostile } });
  },
);
