import type { Clock, Logger } from '@client-tickets/micro-batch';
import kafkajs, { type LogEntry, type logCreator } from 'kafkajs';

// What may go into a log line. kafkajs also hands over stacks, buffers and whole responses; none of it is needed, and
// credentials must have no way to get here.
const FIELDS = [
  'broker',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'error',
  'retryCount',
  'retryTime',
] as const;

// Told at level error or warning, but normal life of a group, or said again by the caller: every response with an error
// code, even when it is only that the group moves, is an error to kafkajs, and a crash is reported with its reason.
const NORMAL =
  /rebalanc|re-?join|resync group|not aware of this member|^Response [A-Z]|^Response without match|^Crash: |Limiting retries/i;

const REPEATED_WITHIN_MS = 30_000;
const MAX_REMEMBERED = 1_000;

// By logger, because clients are replaced while a broker is away, and each of them would say so.
const lastSaidBy = new WeakMap<Logger, Map<string, number>>();

export interface KafkaLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whether the client has cut its own connections, and what it says does not matter any more. */
  readonly isClosed: () => boolean;
}

/**
 * Sends kafkajs's log to ours: its errors and warnings as warnings (whether something is an error, the caller decides),
 * everything else, what is normal, and what was said a moment ago, as debug.
 */
export function createKafkaLogCreator({ logger, clock, isClosed }: KafkaLogOptions): logCreator {
  const { ERROR, WARN } = kafkajs.logLevel;
  const lastSaid = lastSaidBy.get(logger) ?? new Map<string, number>();
  lastSaidBy.set(logger, lastSaid);

  const isRepeated = (text: string): boolean => {
    const now = clock.monotonic();
    const before = lastSaid.get(text);
    if (before !== undefined && now - before < REPEATED_WITHIN_MS) return true;
    if (lastSaid.size > MAX_REMEMBERED) lastSaid.clear();
    lastSaid.set(text, now);
    return false;
  };

  return () =>
    ({ namespace, level, log }: LogEntry) => {
      const message = `kafkajs: ${log.message}`;
      const fields: Record<string, unknown> = { namespace };
      for (const field of FIELDS) if (log[field] !== undefined) fields[field] = plain(log[field]);
      const error = typeof log['error'] === 'string' ? log['error'] : '';
      const isNormal = NORMAL.test(log.message) || NORMAL.test(error) || isClosed();
      const matters = (level === ERROR || level === WARN) && !isNormal;
      if (matters && !isRepeated(`${message} ${String(log['broker'])}`)) logger.warn(fields, message);
      else logger.debug(fields, message);
    };
}

function plain(value: unknown): string | number {
  if (typeof value === 'number' || typeof value === 'string') return value;
  return value instanceof Error ? value.message : typeof value;
}
