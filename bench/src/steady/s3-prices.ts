import type { RequestCounts } from '../request-counts.ts';

/**
 * What Amazon S3 asks for requests to S3 Standard, in US dollars, by AWS's own price list (`Requests-Tier1` and `Requests-Tier2`),
 * without tax, discounts and free tier. Storage and traffic come on top. A newer list is found under the same address with
 * `current` in place of the version.
 */
export const S3_PRICES = {
  region: 'us-east-1',
  published: '2026-09-28',
  source:
    'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/20260928230416/us-east-1/index.json',
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
