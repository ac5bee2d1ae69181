import { z } from 'zod';
import { benchCommand, parseOptions, positive } from '../command-options.ts';
import { availablePlaces, placesOption, type PlaceKind } from '../run-place.ts';
import { seedTopic } from '../seed-topic.ts';
import { commonOptions, openSession } from '../session.ts';
import { bar } from '../status-line.ts';
import { growthMarkdown, type GrowthReport } from './growth-report.ts';
import { measureGrowth } from './measure-growth.ts';

const ROWS = 10;

export async function growth(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench growth',
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
      ...commonOptions,
      batches: z.number(),
      ticketsPerBatch: z.number(),
      places: z.custom<readonly PlaceKind[]>().optional(),
    }),
    args,
  );
  if (options === undefined) return;
  const { batches, ticketsPerBatch } = options;
  const { status, node, head, save, finish } = await openSession('growth', options);
  const rowBatches = Math.max(1, Math.floor(batches / ROWS));
  const workload = {
    name: 'growth',
    tickets: batches * ticketsPerBatch,
    maxOffsetsPerTrigger: ticketsPerBatch,
    malformedPercent: 0,
  };
  status.say(`filling a topic with ${workload.tickets} tickets, unless it is full`);
  await seedTopic(workload, options);
  const report: GrowthReport = { ...head, batches, ticketsPerBatch, places: [] };
  for (const where of options.places ?? availablePlaces()) {
    const place = where === 's3' ? 'local S3' : 'a local folder';
    status.say(`${batches} batches on ${place}`);
    const rows = await measureGrowth({
      ...options,
      node,
      where,
      workload,
      batches: rowBatches * ROWS,
      rowBatches,
      onRow: (all) => {
        const last = all.at(-1);
        if (last !== undefined)
          status.say(`${where}, batch ${last.to}: p50 ${last.p50} ms, p99 ${last.p99} ms`);
      },
      onBatches: (done) => status.update(`${bar(done, batches)} ${where}: ${done}/${batches} batches`),
    });
    report.places.push({ place, rows: [...rows] });
    await save(report, growthMarkdown(report));
  }
  await finish(report, growthMarkdown(report));
}
