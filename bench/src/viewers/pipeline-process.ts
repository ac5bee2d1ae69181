import { once } from 'node:events';
import { join } from 'node:path';
import { rolloverOf, rolloverSettings, startQuery } from '@client-tickets/consumer';
import { createPipelineUi } from '@client-tickets/pipeline-ui';
import { createEmbeddedSource } from '@client-tickets/embedded-log';
import { silentLogger, systemClock as clock } from '@client-tickets/micro-batch';
import { openObjectStore } from '@client-tickets/object-store';
import { readPublishedCounts } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { z } from 'zod';

/**
 * The pipeline with its UI in one process, as a consumer has it, over an embedded log and a folder. Says where its UI is,
 * begins when it is sent a message, processes what the log holds, and says what that took.
 */
const [logFolder = '', outputFolder = '', topic = ''] = process.argv.slice(2);
const results = await openObjectStore(join(outputFolder, 'results'));
const checkpoints = await openObjectStore(join(outputFolder, 'checkpoints'));
const source = createEmbeddedSource({ directory: logFolder, topic, clock });
const trigger = { kind: 'availableNow' } as const;
const ui = createPipelineUi({
  declaration: ticketQuery,
  topic,
  results,
  checkpoints,
  settings: [],
  versions: {},
  trigger,
  clock,
  logger: silentLogger,
  log: source,
});
const { url } = await ui.start({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ url })}\n`);

await once(process, 'message');

const cpuBefore = process.cpuUsage();
const startedAt = clock.monotonic();
const query = startQuery(ticketQuery, {
  source,
  ...ui.stores,
  formats: ['json', 'parquet'],
  trigger,
  maxOffsetsPerTrigger: 10_000,
  rollover: rolloverOf(z.object(rolloverSettings).parse({})), // the consumer's own
  clock,
  logger: silentLogger,
  newId: () => crypto.randomUUID(),
  listener: ui.listener,
});
ui.attach(query);
await query.finished;
const seconds = (clock.monotonic() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const [counts] = await readPublishedCounts(results, ticketQuery.countsFiles);
const measured = {
  seconds,
  cpuSeconds: (user + system) / 1e6,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  counted: Object.values(counts?.kind === 'read' ? counts.counts : {}).reduce((sum, count) => sum + count, 0),
};
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
