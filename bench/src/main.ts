import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExpectedCounts } from './bench-messages.ts';
import { buildConsumer } from './build-consumer.ts';
import { readCommandLine, type BenchOptions } from './command-line.ts';
import { markdownReport, type Report } from './markdown-report.ts';
import type { Measurement } from './measurement.ts';
import { runContender } from './run-contender.ts';
import { seedTopic } from './seed-topic.ts';
import { describeWorkload, type Workload } from './workload.ts';

const options = readCommandLine(process.argv.slice(2));
if (options !== undefined) await bench(options);

async function bench({
  workloads,
  contenders,
  repetitions,
  home,
  brokers,
  output,
  ...how
}: BenchOptions): Promise<void> {
  if (how.install) await setUp();
  say('bundling the consumer');
  await buildConsumer(home);
  const missing = new Map<string, string>();
  for (const { name, missing: ask } of contenders) {
    const reason = await ask(home);
    if (reason === undefined) continue;
    missing.set(name, reason);
    say(`${name} does not take part: ${reason}`);
  }

  const startedAt = new Date().toISOString();
  const measurements: Measurement[] = [];
  const report = (): Report => ({
    machine: describeMachine(),
    startedAt,
    workloads,
    contenders,
    missing,
    measurements,
  });
  const expected = new Map<Workload, ExpectedCounts>();
  for (const workload of workloads) {
    say(`${describeWorkload(workload)}: filling the topic`);
    expected.set(workload, await seedTopic(workload, { brokers, home }));
  }
  for (let repetition = 1; repetition <= repetitions; repetition += 1) {
    for (const [workload, counts] of expected) {
      // Who begins changes, so that nobody always runs on a machine that another one has just warmed.
      for (const contender of rotate(
        contenders.filter(({ name }) => !missing.has(name)),
        repetition - 1,
      )) {
        const run = { workload, expected: counts, brokers, home, repetition, ...how };
        const measured = await runContender(contender, run);
        measurements.push(measured);
        say(`${workload.name} ${repetition}/${repetitions} ${contender.name}: ${describe(measured)}`);
        await save(output, report());
      }
    }
  }
  process.stdout.write(markdownReport(report()));
}

function describe({ wallSeconds, cpuSeconds, peakBytes, busyBefore, problem }: Measurement): string {
  const figures = `${wallSeconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s, ${(peakBytes / 1e6).toFixed(0)} MB, machine ${(busyBefore * 100).toFixed(0)}% busy before`;
  return problem === undefined ? figures : `${figures}; does not count: ${problem}`;
}

/** After each run: a benchmark that is broken off keeps what it has. */
async function save(folder: string, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  const name = `bench-${report.startedAt.slice(0, 19).replaceAll(':', '')}`;
  const { contenders, missing, ...rest } = report;
  const jobs = Object.fromEntries(contenders.map(({ name, job }) => [name, missing.get(name) ?? job]));
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ ...rest, contenders: jobs }, undefined, 2));
  await writeFile(join(folder, `${name}.md`), markdownReport(report));
}

async function setUp(): Promise<void> {
  say('installing peers that are missing');
  const { stderr } = await promisify(execFile)(join(import.meta.dirname, '../peers/set-up'));
  if (stderr !== '') say(stderr.trim());
}

function describeMachine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0] ?? 0;
  return (
    `${cpus().length} cores (${cpu?.model ?? 'unknown'}), ${(totalmem() / 1e9).toFixed(0)} GB of memory, Node ${process.version}; three Kafka brokers and ` +
    `the S3 server on the same cores. Load average at the end: ${load.toFixed(1)}.`
  );
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

function say(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
