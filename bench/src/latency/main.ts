import { z } from 'zod';
import { benchCommand, parseOptions, positive, positiveList } from '../command-options.ts';
import { availablePlaces, placesOption, type PlaceKind } from '../run-place.ts';
import { commonOptions, openSession } from '../session.ts';
import { bar } from '../status-line.ts';
import { waitForIdle } from '../wait-for-idle.ts';
import { latencyMarkdown, type LatencyReport } from './latency-report.ts';
import { measureLatency } from './measure-latency.ts';

export async function latency(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench latency',
      'Measures how long after its production a ticket is in the results and in the published counts, with a trigger as fast as it goes; in a ' +
        'folder, and on S3 where AWS_ENDPOINT_URL_S3 and S3_BUCKET are set.',
    )
      .option('--rates <list>', 'tickets a second', positiveList, [100, 1_000, 10_000])
      .option('--seconds <n>', 'of each rate, after 3 s to warm up', positive, 20)
      .option(
        '--places <list>',
        'folder, s3 or both; default: folder, and S3 where the environment has one',
        placesOption,
      )
      .option('--idle-wait <seconds>', 'how long to wait for a quiet machine before each', positive, 30),
    z.object({
      ...commonOptions,
      rates: z.array(z.number()),
      seconds: z.number(),
      places: z.custom<readonly PlaceKind[]>().optional(),
      idleWait: z.number(),
    }),
    args,
  );
  if (options === undefined) return;
  const { rates, seconds, idleWait } = options;
  const { status, node, head, save, finish } = await openSession('latency', options);
  const report: LatencyReport = { ...head, seconds, latencies: [] };
  const measures = (options.places ?? availablePlaces()).flatMap((where) =>
    rates.map((rate) => ({ where, rate })),
  );
  status.say(`${measures.length} measures, about ${Math.ceil((measures.length * (seconds + 12)) / 60)} min`);
  for (const [index, { where, rate }] of measures.entries()) {
    const show = (phase: string): void =>
      status.update(`${bar(index, measures.length)} ${where}, ${rate}/s: ${phase}`);
    show('waiting for a quiet machine');
    await waitForIdle(idleWait);
    const measured = await measureLatency({ ...options, node, where, ticketsPerSecond: rate, onPhase: show });
    report.latencies.push(measured);
    const { p50, p99, max, producedPerSecond } = measured;
    status.say(
      `${where}, ${rate}/s: p50 ${p50} ms, p99 ${p99} ms, slowest ${max} ms, produced ${producedPerSecond}/s`,
    );
    await save(report, latencyMarkdown(report));
  }
  await finish(report, latencyMarkdown(report));
}
