import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExpectedCounts } from '../bench-messages.ts';
import { buildBundles } from '../build-bundles.ts';
import { readCircumstances } from '../machine.ts';
import { findNode, type NodeRuntime } from '../node-runtime.ts';
import { saveResult } from '../results-folder.ts';
import { seedTopic } from '../seed-topic.ts';
import { bar, createStatusLine } from '../status-line.ts';
import { describeWorkload, topicOf, type Workload } from '../workload.ts';
import { readCommandLine, type BenchOptions } from './command-line.ts';
import type { System } from './system.ts';
import { systemNamed } from './systems/index.ts';
import { markdownReport } from './markdown-report.ts';
import { total } from '../request-counts.ts';
import type { Measurement } from './measurement.ts';
import { estimateSeconds, inMinutes, planRuns, type PlannedRun } from './plan.ts';
import { continued, reportSchema, summaries, type Report } from './report.ts';
import { runSystem } from './run-system.ts';
import { warmTopic } from './warm-topic.ts';

const status = createStatusLine();

export async function compare(args: readonly string[]): Promise<void> {
  const options = readCommandLine(args);
  if (options === undefined) return;
  const { workloads, home, output, timeout, cores, brokers } = options;
  if (options.plan) {
    // Nothing is installed and bundled for it, so it can't tell runs of this build from others: all are planned that are not there.
    const { measurements } = await readEarlier(options.continue);
    printPlan(options.systems, measurements, options);
    return;
  }
  if (options.install) await setUp();
  const node = await findNode(home, options.node);
  status.say(`bundling the services, which run on Node ${node.version}`);
  await buildBundles(home);
  const { present, missing } = await whoIsPresent(options.systems, home);

  let report = await openReport(options, node, missing);
  const kept = await currentRuns(report, { home, node });
  for (const [why, count] of kept.dropped) status.say(`${count} earlier runs are made again: ${why}`);
  report = { ...report, measurements: [...kept.measurements] };

  const runs = printPlan(present, report.measurements, options);

  const expected = new Map<Workload, ExpectedCounts>();
  for (const workload of workloads) {
    status.say(`${describeWorkload(workload)}: filling ${topicOf(workload)}, unless it is full`);
    expected.set(workload, await seedTopic(workload, { brokers, home }));
  }
  if (options.fillOnly) return;

  let warm: string | undefined;
  for (const [index, { workload, system, repetition }] of runs.entries()) {
    const left = inMinutes(estimateSeconds(runs.slice(index), report.measurements, timeout));
    const now = `${workload.name} ${system.name}`;
    status.update(
      `${bar(index, runs.length)} ${index}/${runs.length} runs, ${left} left; ${now} (${repetition})`,
    );
    if (warm !== `${repetition} ${topicOf(workload)}`) await warmTopic(topicOf(workload), brokers);
    warm = `${repetition} ${topicOf(workload)}`;
    const counts = expected.get(workload);
    if (counts === undefined) continue;
    const measured = await runSystem(system, {
      workload,
      expected: counts,
      brokers,
      home,
      node,
      cores,
      repetition,
      timeoutSeconds: timeout,
      idleWaitSeconds: options.idleWait,
      keep: options.keep,
    });
    report = { ...report, measurements: [...report.measurements, measured] };
    status.say(`${now} (${repetition}): ${describe(measured)}`);
    await save(output, report); // after each run: a benchmark that is broken off keeps what it has
  }
  status.stop();
  const file = await save(output, report);
  process.stdout.write(`${markdownReport(report)}\n${file}\n`);
}

function printPlan(
  systems: readonly System[],
  measured: readonly Measurement[],
  { workloads, repetitions, timeout }: BenchOptions,
): readonly PlannedRun[] {
  const runs = planRuns({ workloads, systems, repetitions, measured });
  const seconds = estimateSeconds(runs, measured, timeout);
  status.say(`${runs.length} runs, ${inMinutes(seconds)} without filling topics that are not full yet`);
  return runs;
}

async function readEarlier(file: string | undefined): Promise<Pick<Report, 'measurements'>> {
  return file === undefined
    ? { measurements: [] }
    : reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** A new one, or the one to go on with; with a sitting for this time. */
async function openReport(
  { workloads, systems, ...options }: BenchOptions,
  node: NodeRuntime,
  missing: ReadonlyMap<string, string>,
): Promise<Report> {
  const startedAt = new Date().toISOString();
  const asked = {
    startedAt,
    circumstances: await readCircumstances(node),
    workloads: [...workloads],
    systems: systems.map(({ name, title, job }) => {
      const reason = missing.get(name);
      return { name, title, job, ...(reason === undefined ? {} : { missing: reason }) };
    }),
  };
  const earlier =
    options.continue === undefined
      ? undefined
      : reportSchema.parse(JSON.parse(await readFile(options.continue, 'utf8')));
  return continued(earlier, asked);
}

async function whoIsPresent(
  systems: readonly System[],
  home: string,
): Promise<{ readonly present: readonly System[]; readonly missing: ReadonlyMap<string, string> }> {
  const missing = new Map<string, string>();
  for (const { name, missing: ask } of systems) {
    const reason = await ask(home);
    if (reason === undefined) continue;
    missing.set(name, reason);
    status.say(`${name} does not take part: ${reason}`);
  }
  return { present: systems.filter(({ name }) => !missing.has(name)), missing };
}

/** Runs of another build or another job say nothing about this one. */
async function currentRuns(
  { measurements }: Report,
  where: { readonly home: string; readonly node: NodeRuntime },
): Promise<{
  readonly measurements: readonly Measurement[];
  readonly dropped: ReadonlyMap<string, number>;
}> {
  const versions = new Map<string, string>();
  for (const name of new Set(measurements.map(({ system }) => system)))
    versions.set(
      name,
      (await systemNamed(name)
        ?.version(where)
        .catch(() => undefined)) ?? 'not installed',
    );
  const dropped = new Map<string, number>();
  const kept = measurements.filter(({ system, version }) => {
    if (versions.get(system) === version) return true;
    const why = `${system} has changed`;
    dropped.set(why, (dropped.get(why) ?? 0) + 1);
    return false;
  });
  return { measurements: kept, dropped };
}

function describe(run: Measurement): string {
  const { wallSeconds, cpuSeconds, peakBytes, busyBefore, s3Requests, problem } = run;
  const figures = [
    `${wallSeconds.toFixed(2)} s`,
    `CPU ${cpuSeconds.toFixed(2)} s`,
    `${(peakBytes / 1e6).toFixed(0)} MB`,
    ...(s3Requests === undefined ? [] : [`${total(s3Requests)} S3 requests`]),
    `machine ${(busyBefore * 100).toFixed(0)}% busy before`,
  ].join(', ');
  return problem === undefined ? figures : `${figures}; does not count: ${problem}`;
}

function save(folder: string, report: Report): Promise<string> {
  return saveResult(folder, { ...report, summaries: summaries(report) }, markdownReport(report));
}

async function setUp(): Promise<void> {
  status.say('installing what is missing');
  const { stderr } = await promisify(execFile)(join(import.meta.dirname, '../../peers/set-up'));
  if (stderr !== '') status.say(stderr.trim());
}
