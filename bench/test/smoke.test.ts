import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildBundles } from '../src/build-bundles.ts';
import { clientTickets } from '../src/compare/systems/client-tickets.ts';
import { markdownReport } from '../src/compare/markdown-report.ts';
import { runSystem } from '../src/compare/run-system.ts';
import { readCircumstances } from '../src/machine.ts';
import { findNode } from '../src/node-runtime.ts';
import { seedTopic } from '../src/seed-topic.ts';
import { workloadNamed } from './support/made-reports.ts';

/** The benchmark as such: that it fills a topic, runs the consumer, finds its results right and shows what it took. */
test.for([
  { chosen: 'smoke', system: clientTickets('folder') },
  { chosen: 'smoke-mixed', system: clientTickets('folder') },
  { chosen: 'smoke', system: clientTickets('s3', 20) },
])(
  'a small benchmark of $chosen, with $system.name alone, gives right results and a table',
  async ({ chosen, system }, context) => {
    const brokers = process.env['KAFKA_BROKERS'];
    if (brokers === undefined) {
      console.info('bench: KAFKA_BROKERS is not set, skipping the small benchmark');
      return context.skip('KAFKA_BROKERS is not set');
    }
    const missing = (await system.missing('')) ?? (await setUp());
    if (missing !== undefined) {
      console.info(`bench: ${missing}, skipping the small benchmark`);
      return context.skip(missing);
    }
    const workload = workloadNamed(chosen);
    const home = await mkdtemp(join(tmpdir(), 'bench-home-'));
    try {
      await buildBundles(home);
      const where = { brokers: brokers.split(','), home };
      const expected = await seedTopic(workload, { ...where, home: PEERS_HOME });
      const node = await findNode(home, process.execPath);
      const run = {
        ...where,
        node,
        cores: 2,
        readerHome: PEERS_HOME,
        workload,
        expected,
        repetition: 1,
        timeoutSeconds: 500,
        idleWaitSeconds: 0,
        keep: false,
      };
      const measured = await runSystem(system, run);

      expect(measured.problem).toBeUndefined();
      expect(measured).toMatchObject({ system: system.name, workload: chosen, exitCode: 0 });
      expect(measured.cpuSeconds).toBeGreaterThan(0);
      expect(measured.peakBytes).toBeGreaterThan(1e6);
      expect(measured.firstResultSeconds).toBeLessThanOrEqual(measured.wallSeconds);
      const table = markdownReport({
        kind: 'compare',
        startedAt: measured.at,
        sittings: [{ startedAt: measured.at, circumstances: await readCircumstances(node) }],
        workloads: [workload],
        systems: [{ name: system.name, title: system.title, job: system.job }],
        measurements: [measured],
      });
      expect(table).toMatch(
        /## [23]000 tickets( of three spellings in turn, zstd)?, 500 per trigger(, 1% malformed)?\n\n.*\n.*\n\| Client Tickets(, S3 20 ms away)? +\| \d/,
      );
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  },
);

const PEERS_HOME = process.env['BENCH_HOME'] ?? join(homedir(), '.cache/client-tickets-bench');

/** DuckDB, which reads the results, and Python's producer. Why they are not there, or `undefined`. */
async function setUp(): Promise<string | undefined> {
  const program = join(import.meta.dirname, '../peers/set-up');
  try {
    const { stderr } = await promisify(execFile)(program, ['check', 'python-producer'], {
      env: { ...process.env, BENCH_HOME: PEERS_HOME },
    });
    return stderr.includes('could not') ? stderr.trim() : undefined;
  } catch (error) {
    return `DuckDB and confluent-kafka could not be installed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
