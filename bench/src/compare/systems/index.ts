import type { System } from '../system.ts';
import { clientTickets, latencyOf } from './client-tickets.ts';
import { flink } from './flink.ts';
import { kcat } from './kcat.ts';
import { limit } from './limit.ts';
import { pathway, pathwayWithoutCheckpoint } from './pathway.ts';
import { pyspark, pysparkExpert } from './pyspark.ts';
import { quix } from './quix.ts';

/** In the order of the tables. */
export const SYSTEMS: readonly System[] = [
  clientTickets('folder'),
  clientTickets('s3'),
  limit,
  pyspark,
  pysparkExpert,
  flink,
  pathway,
  pathwayWithoutCheckpoint,
  quix,
  kcat,
];

/** One of these, or `client-tickets-s3-30ms`, where S3 is so far away. `undefined`: there is none called so. */
export function systemNamed(name: string): System | undefined {
  const latencyMs = latencyOf(name);
  return latencyMs === undefined
    ? SYSTEMS.find((each) => each.name === name)
    : clientTickets('s3', latencyMs);
}
