/** At high rates, tickets that fall due within this time go together. */
const GATHERING_MS = 20;

/**
 * How many tickets are due, the first one at once. Reckoned from the start and not from the last ticket, so that the time
 * that sending takes adds up to no drift; what was missed while brokers were away is caught up.
 */
export function ticketsDue(ticketsPerSecond: number, elapsedMs: number): number {
  if (ticketsPerSecond === 0) return Infinity;
  return Math.floor((elapsedMs * ticketsPerSecond) / 1_000) + 1;
}

/** How long to wait for the next ticket, in milliseconds, when `sent` have been sent. */
export function msUntilDue(ticketsPerSecond: number, elapsedMs: number, sent: number): number {
  // A timer may ring a moment early: at least a millisecond, or this would be a busy loop.
  const shortest = ticketsPerSecond * GATHERING_MS > 1_000 ? GATHERING_MS : 1;
  return Math.max((sent * 1_000) / ticketsPerSecond - elapsedMs, shortest);
}
