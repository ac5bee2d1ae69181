import type { RequestCounts } from '../request-counts.ts';

/**
 * What Amazon S3 asks for a thousand requests to S3 Standard, in US dollars: its list prices for us-east-1 as of 2025, without
 * tax, discounts and free tier. Storage and traffic come on top. **Check them before you rely on them**:
 * https://aws.amazon.com/s3/pricing/
 */
export const S3_PRICES = {
  region: 'us-east-1',
  asOf: '2025',
  /** PUT, COPY, POST, LIST. */
  writeDollarsPerThousand: 0.005,
  /** GET, HEAD and all others. */
  readDollarsPerThousand: 0.0004,
} as const;

const WRITES: readonly string[] = ['PUT', 'COPY', 'POST', 'LIST'];
const HOURS_PER_MONTH = 730;

/** What requests cost; DELETE is free. */
export function dollarsOf(counts: RequestCounts): number {
  return Object.entries(counts).reduce((sum, [kind, count]) => {
    if (kind === 'DELETE') return sum;
    const price = WRITES.includes(kind)
      ? S3_PRICES.writeDollarsPerThousand
      : S3_PRICES.readDollarsPerThousand;
    return sum + (count * price) / 1000;
  }, 0);
}

/** Counts of `minutes`, scaled up to an hour. */
export function perHour(counts: RequestCounts, minutes: number): RequestCounts {
  return Object.fromEntries(
    Object.entries(counts).map(([kind, count]) => [kind, Math.round((count * 60) / minutes)]),
  );
}

export function dollarsPerMonth(countsPerHour: RequestCounts): number {
  return dollarsOf(countsPerHour) * HOURS_PER_MONTH;
}
