import { z } from 'zod';
import { buildBundles } from '../build-bundles.ts';
import { benchCommand, parseOptions, positive } from '../command-options.ts';
import { readCircumstances } from '../machine.ts';
import { findNode } from '../node-runtime.ts';
import { saveResult } from '../results-folder.ts';
import { availablePlaces, placesOption, type PlaceKind } from '../run-place.ts';
import { seedTopic } from '../seed-topic.ts';
import { bar, createStatusLine } from '../status-line.ts';
import { growthMarkdown, type GrowthReport } from './growth-report.ts';
import { measureGrowth } from './measure-growth.ts';

const ROWS = 10;

const status = createStatusLine();
const options = parseOptions(
  benchCommand(
    'bench:growth',
    'Runs many small batches and shows by the thousand what each takes: time, memory, size of the checkpoint, requests and listings.',
  )
    .option('--batches <n>', 'how many', positive, 10_000)
    .option('--tickets-per-batch <n>', 'at most so many (MAX_OFFSETS_PER_TRIGGER)', positive, 30)
    .option(
      '--places <list>',
      'folder, s3 or both; default: folder, and S3 where the environment has one',
      placesOption,
    ),
  z.object({
    home: z.string(),
    node: z.string().optional(),
    brokers: z.string(),
    output: z.string(),
    batches: z.number(),
    ticketsPerBatch: z.number(),
    places: z.custom<readonly PlaceKind[]>().optional(),
  }),
  process.argv.slice(2),
);
if (options !== undefined) {
  const { home, output, batches, ticketsPerBatch } = options;
  const brokers = options.brokers.split(',');
  const node = await findNode(home, options.node);
  status.say(`bundling the services, which run on Node ${node.version}`);
  await buildBundles(home);
  const rowBatches = Math.max(1, Math.floor(batches / ROWS));
  const workload = {
    name: 'growth',
    tickets: batches * ticketsPerBatch,
    maxOffsetsPerTrigger: ticketsPerBatch,
    malformedPercent: 0,
  };
  status.say(`filling a topic with ${workload.tickets} tickets, unless it is full`);
  await seedTopic(workload, { brokers, home });
  const report: GrowthReport = {
    kind: 'growth',
    startedAt: new Date().toISOString(),
    circumstances: await readCircumstances(node),
    batches,
    ticketsPerBatch,
    places: [],
  };
  for (const where of options.places ?? availablePlaces()) {
    const place = where === 's3' ? 'local S3' : 'a local folder';
    status.say(`${batches} batches on ${place}`);
    const rows = await measureGrowth({
      home,
      node,
      brokers,
      where,
      workload,
      batches: rowBatches * ROWS,
      rowBatches,
      onRow: (rows) => {
        const last = rows.at(-1);
        if (last !== undefined)
          status.say(`${where}, batch ${last.to}: p50 ${last.p50} ms, p99 ${last.p99} ms`);
      },
      onBatches: (done) => status.update(`${bar(done, batches)} ${where}: ${done}/${batches} batches`),
    });
    report.places.push({ place, rows: [...rows] });
    await saveResult(output, report, growthMarkdown(report));
  }
  status.stop();
  process.stdout.write(
    `${growthMarkdown(report)}\n${await saveResult(output, report, growthMarkdown(report))}\n`,
  );
}
