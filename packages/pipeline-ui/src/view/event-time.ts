import type { EventTimeStatus } from '@client-tickets/micro-batch';
import { parseWindows, windowStatus } from '@client-tickets/records';
import type { Declaration } from '@client-tickets/results';
import { z } from 'zod';
import type { Partition } from '../api/index.ts';

const stateSchema = z.looseObject({ windows: z.unknown() });

/** What the state of a checkpoint tells of event time. `undefined`: nothing, or it is that of another query, which others report. */
export function readEventTime({ windows }: Declaration, state: unknown): EventTimeStatus | undefined {
  const found = stateSchema.safeParse(state);
  if (windows === undefined || !found.success) return undefined;
  try {
    return windowStatus(windows, parseWindows(windows, found.data.windows));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Records that came too late for their window, over all partitions; `null`: of none of them is it known. */
export function sumOfLate(partitions: readonly Pick<Partition, 'eventTime'>[]): number | null {
  const known = partitions.flatMap(({ eventTime }) => eventTime ?? []);
  return known.length === 0 ? null : known.reduce((sum, { late }) => sum + late, 0);
}
