import { QueryError } from '../ports/query-error.ts';

/** When micro-batches start. The words are Spark's. */
export type Trigger =
  | { readonly kind: 'interval'; readonly everyMs: number }
  /** What the log holds at the start, then the query ends. */
  | { readonly kind: 'availableNow' };

const UNITS_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Reads `1 second`, `250 milliseconds`, `2 MINUTES`, `1 hour`, `1 day` or `availableNow`, in upper or lower case as Spark does;
 * throws `QueryError` `settings` otherwise.
 */
export function parseTrigger(text: string): Trigger {
  if (text.trim().toLowerCase() === 'availablenow') return { kind: 'availableNow' };
  const everyMs = durationMs(text);
  if (everyMs !== undefined) return { kind: 'interval', everyMs };
  throw new QueryError(
    'settings',
    `expected \`N milliseconds\`, \`N seconds\`, \`N minutes\`, \`N hours\`, \`N days\` or \`availableNow\`, found ${JSON.stringify(text)}`,
  );
}

/** Reads `1 minute` and the like, or `0`, in milliseconds. Throws `QueryError` `settings` otherwise. */
export function parseDuration(text: string): number {
  const ms = text.trim() === '0' ? 0 : durationMs(text);
  if (ms !== undefined) return ms;
  throw new QueryError(
    'settings',
    `expected \`N milliseconds\`, \`N seconds\`, \`N minutes\`, \`N hours\`, \`N days\` or \`0\`, found ${JSON.stringify(text)}`,
  );
}

function durationMs(text: string): number | undefined {
  const match = /^\s*(\d{1,9})\s*(millisecond|second|minute|hour|day)s?\s*$/i.exec(text);
  const unit = UNITS_MS[match?.[2]?.toLowerCase() ?? ''];
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}

/**
 * When the next trigger is due, in the monotonic time of `previous` and `now`. Triggers keep to the grid
 * `origin + n * everyMs`; after a trigger that took longer than the interval the next one is due at once, and what was
 * missed is not caught up (as Spark's `ProcessingTimeExecutor` does it).
 */
export function nextTriggerAt(trigger: Trigger, origin: number, previous: number, now: number): number {
  if (trigger.kind === 'availableNow' || trigger.everyMs === 0) return now;
  const passed = Math.floor((previous - origin) / trigger.everyMs);
  return Math.max(now, origin + (passed + 1) * trigger.everyMs);
}
