import { pino, stdTimeFunctions, destination as openDestination, type DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { describeError } from './describe-error.ts';
import type { LogLevel } from './log-settings.ts';
import { MASK } from './mask.ts';
import { printable } from './printable.ts';
import { ignoreClosedPipe } from './closed-pipe.ts';

/** Assignable to the `Logger` of packages/micro-batch: fields first, then a sentence. */
export interface ServiceLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): ServiceLogger;
}

export interface LoggerOptions {
  /** The service's: `producer`. */
  readonly name: string;
  readonly level: LogLevel;
  /** Texts that no line may hold, such as passwords. Those of fewer than 6 characters are left: they may be anywhere. */
  readonly secrets?: readonly string[];
  /** Whether people read along. Default: whether stderr is a terminal. */
  readonly isTerminal?: boolean;
  /** Default: stderr. */
  readonly destination?: DestinationStream;
}

const SECRET_FIELDS = ['password', 'secret', 'secretAccessKey', 'sessionToken', 'authorization'];
const SHORTEST_SECRET = 6;

/** Clears the line, in which a progress bar may stand. */
const CLEAR_LINE = '\r\u001b[2K';

/**
 * Logs to **stderr**: stdout is for what a command was asked for, such as tables and summaries. On a terminal lines are
 * readable text, elsewhere JSON. Each line is written before the call returns, so none is lost when the process ends. What comes
 * from outside can't do anything to a terminal: it is made printable here.
 *
 * An error in the field `err` or `error` becomes its message with those of its causes; stacks appear at level `debug`.
 */
export function createLogger({
  name,
  level,
  secrets = [],
  isTerminal = process.stderr.isTTY,
  destination = openStderr(),
}: LoggerOptions): ServiceLogger {
  const hide = createMasking(secrets);
  const serializeError = (error: unknown): unknown => serialize(error, level === 'debug');
  const format = isTerminal ? createTerminalFormat(level) : printable;
  return pino(
    {
      level,
      base: { service: name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, error: serializeError },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: MASK,
      },
    },
    { write: (line) => destination.write(format(hide(line))) },
  );
}

function serialize(error: unknown, withStack: boolean): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? { code: error.code } : {};
  return {
    type: error.name,
    ...code,
    message: describeError(error),
    ...(withStack ? { stack: error.stack } : {}),
  };
}

function createMasking(secrets: readonly string[]): (line: string) => string {
  const hidden = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // As they look within JSON, and longer ones first because one may be part of another.
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  return (line) => hidden.reduce((text, secret) => text.replaceAll(secret, MASK), line);
}

function createTerminalFormat(level: LogLevel): (line: string) => string {
  const prettify = prettyFactory({
    // Looks at NO_COLOR, FORCE_COLOR and TERM.
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    ignore: 'service',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    // Errors of one of these names get several lines, which only their stacks are worth.
    errorLikeObjectKeys: level === 'debug' ? ['err', 'error'] : [],
  });
  const show = (line: string): string =>
    JSON.stringify(JSON.parse(line), (_, value: unknown) =>
      typeof value === 'string' ? printable(value) : value,
    );
  return (line) => `${CLEAR_LINE}${prettify(show(line))}`;
}

function openStderr(): DestinationStream {
  const stderr = openDestination({ dest: 2, sync: true });
  stderr.on('error', ignoreClosedPipe);
  return stderr;
}
