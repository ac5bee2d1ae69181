import { z } from 'zod';
import { batchesSchema } from './batches.ts';
import { countsSchema } from './counts.ts';
import { figuresSchema } from './figures.ts';
import { partitionsSchema } from './partitions.ts';
import { statusSchema } from './status.ts';
import { windowsSchema } from './windows.ts';

/**
 * The events of `GET /api/v1/events`, by name. Each replaces what the one before of the same name said, and is sent when it
 * has changed: a reader that misses some is right again with the next one.
 */
export const liveEventSchemas = {
  status: statusSchema,
  figures: figuresSchema,
  counts: countsSchema,
  windows: windowsSchema,
  partitions: partitionsSchema,
  /** The latest ones, as without parameters. */
  batches: batchesSchema,
} as const;

export const LIVE_EVENT_NAMES = z.object(liveEventSchemas).keyof().options;

export type LiveEventName = (typeof LIVE_EVENT_NAMES)[number];

export type LiveEvents = { readonly [Name in LiveEventName]: z.infer<(typeof liveEventSchemas)[Name]> };
