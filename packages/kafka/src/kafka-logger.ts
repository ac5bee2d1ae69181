import type { Logger } from '@client-tickets/micro-batch';
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

// Told at level error or warning, but normal life of a group, or said again in our own words.
const NORMAL =
  /rebalanc|re-?join|resync group|not aware of this member|group coordinator is not available|coordinator is loading|^Crash: |^Restarting the consumer|Limiting retries|Response without match|Response (Heartbeat|JoinGroup|SyncGroup|GroupCoordinator|OffsetCommit|LeaveGroup)/i;

const REPEATED_WITHIN_MS = 30_000;

/**
 * Sends kafkajs's log to ours: its errors and warnings as warnings (whether something is an error, the caller decides),
 * everything else, what is normal, and what was said a moment ago, as debug.
 */
export function createKafkaLogCreator(logger: Logger, now: () => number): logCreator {
  const { ERROR, WARN } = kafkajs.logLevel;
  const lastSaid = new Map<string, number>();
  const isRepeated = (text: string): boolean => {
    const before = lastSaid.get(text);
    if (before !== undefined && now() - before < REPEATED_WITHIN_MS) return true;
    if (lastSaid.size > 1_000) lastSaid.clear();
    lastSaid.set(text, now());
    return false;
  };

  return () =>
    ({ namespace, level, log }: LogEntry) => {
      const message = `kafkajs: ${log.message}`;
      const fields: Record<string, unknown> = { namespace };
      for (const field of FIELDS) if (log[field] !== undefined) fields[field] = plain(log[field]);
      const matters = (level === ERROR || level === WARN) && !NORMAL.test(log.message);
      const error = typeof log['error'] === 'string' ? log['error'] : '';
      if (matters && !NORMAL.test(error) && !isRepeated(`${message} ${String(log['broker'])}`)) {
        logger.warn(fields, message);
      } else {
        logger.debug(fields, message);
      }
    };
}

function plain(value: unknown): string | number {
  if (typeof value === 'number' || typeof value === 'string') return value;
  return value instanceof Error ? value.message : typeof value;
}
