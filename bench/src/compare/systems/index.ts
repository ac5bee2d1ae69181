import type { System } from '../system.ts';
import { clientTickets } from './client-tickets.ts';
import { flink } from './flink.ts';
import { kcat } from './kcat.ts';
import { pathway, pathwayWithoutCheckpoint } from './pathway.ts';
import { pyspark } from './pyspark.ts';
import { quix } from './quix.ts';

/** In the order of the tables. */
export const SYSTEMS: readonly System[] = [
  clientTickets('folder'),
  clientTickets('s3'),
  pyspark,
  flink,
  pathway,
  pathwayWithoutCheckpoint,
  quix,
  kcat,
];
