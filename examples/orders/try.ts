import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startQuery } from '@client-tickets/consumer';
import { createEmbeddedSource, openLogWriter } from '@client-tickets/embedded-log';
import { silentLogger as logger, systemClock as clock } from '@client-tickets/micro-batch';
import { openObjectStore } from '@client-tickets/object-store';
import { orderQuery } from './order-query.ts';
import { ORDERS } from './orders.ts';

const folder = 'data/orders';
const log = { directory: join(folder, 'log'), topic: 'orders' };

const writer = await openLogWriter({ ...log, partitions: 1 });
await writer.append(ORDERS.map((value) => ({ key: null, value, timestamp: clock.now() })));
await writer.close();

const query = startQuery(orderQuery, {
  source: createEmbeddedSource({ ...log, clock }),
  results: await openObjectStore(join(folder, 'results')),
  checkpoints: await openObjectStore(join(folder, 'checkpoints')),
  formats: ['json', 'parquet'],
  trigger: { kind: 'availableNow' },
  clock,
  logger,
  newId: randomUUID,
});
await query.finished;
