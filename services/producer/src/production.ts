/** How far a run is, or how it ended. Only acknowledged tickets count. */
export interface Production {
  readonly tickets: number;
  readonly ticketsByType: Readonly<Record<string, number>>;
  /** Since the start. */
  readonly seconds: number;
}

/** Tickets per second, on the whole. */
export function rateOf({ tickets, seconds }: Production): number {
  return seconds === 0 ? 0 : tickets / seconds;
}

/** `200 tickets in 199.0 s (1.0/s), seed 7: TECHNICAL 80, BILLING 51, ACCOUNT 30, GENERAL 39` */
export function summarize(production: Production, seed: number): string {
  const { tickets, ticketsByType, seconds } = production;
  const types = Object.entries(ticketsByType)
    .map(([type, count]) => `${type} ${count}`)
    .join(', ');
  const rate = rateOf(production).toFixed(1);
  return `${tickets} tickets in ${seconds.toFixed(1)} s (${rate}/s), seed ${seed}: ${types}`;
}
