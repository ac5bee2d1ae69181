import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildConsumer } from '../src/build-consumer.ts';
import { clientTickets } from '../src/contenders/client-tickets.ts';
import { markdownReport } from '../src/markdown-report.ts';
import { runContender } from '../src/run-contender.ts';
import { seedTopic } from '../src/seed-topic.ts';
import { WORKLOADS } from '../src/workload.ts';

/** The benchmark as such: that it fills a topic, runs the consumer, finds its results right and shows what it took. */
test('a small benchmark of this project alone gives right results and a table', async (context) => {
  const brokers = process.env['KAFKA_BROKERS'];
  if (brokers === undefined) {
    console.info('bench: KAFKA_BROKERS is not set, skipping the small benchmark');
    return context.skip('KAFKA_BROKERS is not set');
  }
  const reader = await installReader();
  if (reader !== undefined) {
    console.info(`bench: ${reader}, skipping the small benchmark`);
    return context.skip(reader);
  }
  const workload = WORKLOADS.find(({ name }) => name === 'smoke');
  if (workload === undefined) throw new Error('there is no workload called smoke');
  const home = await mkdtemp(join(tmpdir(), 'bench-home-'));
  try {
    await buildConsumer(home);
    const where = { brokers: brokers.split(','), home };
    const expected = await seedTopic(workload, where);
    const contender = clientTickets('folder');
    const run = {
      ...where,
      readerHome: READER_HOME,
      workload,
      expected,
      repetition: 1,
      timeoutSeconds: 120,
      idleWaitSeconds: 0,
      keep: false,
    };
    const measured = await runContender(contender, run);

    expect(measured.problem).toBeUndefined();
    expect(measured).toMatchObject({ contender: 'client-tickets', workload: 'smoke', exitCode: 0 });
    expect(measured.cpuSeconds).toBeGreaterThan(0);
    expect(measured.peakBytes).toBeGreaterThan(1e6);
    expect(measured.firstResultSeconds).toBeLessThanOrEqual(measured.wallSeconds);
    const table = markdownReport({
      machine: 'this one',
      startedAt: measured.at,
      workloads: [workload],
      contenders: [contender],
      missing: new Map(),
      measurements: [measured],
    });
    expect(table).toMatch(
      /## 2000 tickets, 500 per trigger, 1% malformed\n\n.*\n.*\n\| Client Tickets \| \d/,
    );
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}, 300_000);

const READER_HOME = process.env['BENCH_HOME'] ?? join(homedir(), '.cache/client-tickets-bench');

/** DuckDB, which reads the results. Why it is not there, or `undefined`. */
async function installReader(): Promise<string | undefined> {
  const setUp = join(import.meta.dirname, '../peers/set-up');
  try {
    const { stderr } = await promisify(execFile)(setUp, ['check'], {
      env: { ...process.env, BENCH_HOME: READER_HOME },
    });
    return stderr.includes('could not') ? stderr.trim() : undefined;
  } catch (error) {
    return `DuckDB could not be installed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
