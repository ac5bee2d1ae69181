import { z } from 'zod';
import { percentile } from '../spread.ts';

/** What was found when another so many batches were done. */
export const growthRowSchema = z.object({
  /** Of the first and of the last batch, from 1 on. */
  from: z.number(),
  to: z.number(),
  p50: z.number(),
  p99: z.number(),
  /** The largest sum of resident sets while these batches went through. */
  residentBytes: z.number(),
  checkpointBytes: z.number(),
  /** Requests to the store in this time: all, and those that list. */
  requests: z.number(),
  listRequests: z.number(),
});
export type GrowthRow = z.infer<typeof growthRowSchema>;

/** What was looked up at one moment; requests are counted from the start of the process. */
export interface GrowthSample {
  readonly residentBytes: number;
  readonly checkpointBytes: number;
  readonly requests: number;
  readonly listRequests: number;
}

/** One row: batches `from` to `from + durations.length - 1`, between two samples. */
export function growthRow(
  from: number,
  durations: readonly number[],
  before: GrowthSample,
  after: GrowthSample,
): GrowthRow {
  const sorted = [...durations].sort((a, b) => a - b);
  return {
    from,
    to: from + durations.length - 1,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    residentBytes: after.residentBytes,
    checkpointBytes: after.checkpointBytes,
    requests: after.requests - before.requests,
    listRequests: after.listRequests - before.listRequests,
  };
}

export interface Growth {
  readonly batchTime: number;
  readonly memory: number;
  readonly checkpoint: number;
  readonly requests: number;
  /** In all rows but the first, in which the process starts. */
  readonly listRequests: number;
}

/**
 * The last row as a multiple of the second: 1 is flat. The first one has the start of the process in it, and a checkpoint that
 * does not yet remember as many batches as it will. `undefined` with fewer than three rows.
 */
export function growthOf(rows: readonly GrowthRow[]): Growth | undefined {
  const second = rows[1];
  const last = rows.at(-1);
  if (second === undefined || last === undefined || rows.length < 3) return undefined;
  const perBatch = ({ requests, from, to }: GrowthRow): number => requests / (to - from + 1);
  return {
    batchTime: last.p50 / second.p50,
    memory: last.residentBytes / second.residentBytes,
    checkpoint: last.checkpointBytes / second.checkpointBytes,
    requests: perBatch(last) / perBatch(second),
    listRequests: rows.slice(1).reduce((sum, { listRequests }) => sum + listRequests, 0),
  };
}

/** All requests to the store and those that list, of the consumer's metrics (Prometheus' text format). */
export function storeRequests(metrics: string): { readonly requests: number; readonly listRequests: number } {
  let [requests, listRequests] = [0, 0];
  for (const [, labels = '', value] of metrics.matchAll(
    /^client_tickets_object_store_requests_total\{([^}]*)\} (\S+)$/gm,
  )) {
    requests += Number(value);
    if (labels.includes('operation="list"')) listRequests += Number(value);
  }
  return { requests, listRequests };
}
