import { z } from 'zod';
import { buildBundles } from '../build-bundles.ts';
import { benchCommand, parseOptions, positive, positiveList } from '../command-options.ts';
import { readCircumstances } from '../machine.ts';
import { findNode } from '../node-runtime.ts';
import { saveResult } from '../results-folder.ts';
import { availablePlaces, placesOption, type PlaceKind } from '../run-place.ts';
import { bar, createStatusLine } from '../status-line.ts';
import { waitForIdle } from '../wait-for-idle.ts';
import { latencyMarkdown, type LatencyReport } from './latency-report.ts';
import { measureLatency } from './measure-latency.ts';

const status = createStatusLine();
const options = parseOptions(
  benchCommand(
    'bench:latency',
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
    home: z.string(),
    node: z.string().optional(),
    brokers: z.string(),
    output: z.string(),
    rates: z.array(z.number()),
    seconds: z.number(),
    places: z.custom<readonly PlaceKind[]>().optional(),
    idleWait: z.number(),
  }),
  process.argv.slice(2),
);
if (options !== undefined) {
  const { home, output, rates, seconds, idleWait } = options;
  const node = await findNode(home, options.node);
  status.say(`bundling the services, which run on Node ${node.version}`);
  await buildBundles(home);
  const report: LatencyReport = {
    kind: 'latency',
    startedAt: new Date().toISOString(),
    circumstances: await readCircumstances(node),
    seconds,
    latencies: [],
  };
  const measures = (options.places ?? availablePlaces()).flatMap((where) =>
    rates.map((rate) => ({ where, rate })),
  );
  status.say(`${measures.length} measures, about ${Math.ceil((measures.length * (seconds + 12)) / 60)} min`);
  for (const [index, { where, rate }] of measures.entries()) {
    const show = (phase: string): void =>
      status.update(`${bar(index, measures.length)} ${where}, ${rate}/s: ${phase}`);
    show('waiting for a quiet machine');
    await waitForIdle(idleWait);
    const latency = await measureLatency({
      home,
      node,
      brokers: options.brokers.split(','),
      where,
      ticketsPerSecond: rate,
      seconds,
      onPhase: show,
    });
    report.latencies.push(latency);
    status.say(
      `${where}, ${rate}/s: p50 ${latency.p50} ms, p99 ${latency.p99} ms, slowest ${latency.max} ms, produced ${latency.producedPerSecond}/s`,
    );
    await saveResult(output, report, latencyMarkdown(report));
  }
  status.stop();
  process.stdout.write(
    `${latencyMarkdown(report)}\n${await saveResult(output, report, latencyMarkdown(report))}\n`,
  );
}
