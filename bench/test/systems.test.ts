import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Run, System } from '../src/compare/system.ts';
import { SYSTEMS, systemNamed } from '../src/compare/systems/index.ts';
import { workloadNamed } from './support/made-reports.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bench-systems-'));
});
afterEach(() => rm(home, { recursive: true }));

test('systems have names of their own, and are found by them', () => {
  expect(new Set(SYSTEMS.map(({ name }) => name)).size).toBe(SYSTEMS.length);
  for (const system of SYSTEMS) expect(systemNamed(system.name)).toBe(system);
  expect(systemNamed('nobody')).toBeUndefined();
});

test('this project with S3 further off is a system for each distance', () => {
  expect(systemNamed('client-tickets-s3-30ms')).toMatchObject({
    name: 'client-tickets-s3-30ms',
    title: 'Client Tickets, S3 30 ms away',
    job: expect.stringContaining('each request waits for 30 ms'),
  });
  expect(systemNamed('client-tickets-s3-0ms')).toBeUndefined();
});

test('a native program that is not built says why', async () => {
  const { missing } = named('limit');
  expect(await missing(home)).toBe('not installed (bench/peers/set-up limit)');
  await writeFile(join(home, 'limit.failed'), 'there is no Cargo\n');
  expect(await missing(home)).toBe('there is no Cargo');
  await writeFile(join(home, 'limit.ready'), 'its sources');
  expect(await missing(home)).toBeUndefined();
});

test('the native program is told brokers, topic and folder, and its counts and both formats are looked at', async () => {
  const system = named('limit');
  const run = runIn(home);
  expect(system.command(run)).toMatchObject({
    file: join(home, 'limit/release/limit'),
    args: ['a:1,b:2', 'bench-200', home],
  });
  expect(await system.hasResult?.(run)).toBe(false);
  await mkdir(join(home, 'results/ticket_counts'), { recursive: true });
  await writeFile(
    join(home, 'results/ticket_counts/part-00000.json'),
    '{"type":"ACCOUNT","ticket_count":52}\n{"type":"BILLING","ticket_count":7}\n',
  );
  expect(await system.hasResult?.(run)).toBe(true);
  expect(await system.result(run)).toEqual({
    counts: { ACCOUNT: 52, BILLING: 7 },
    enriched: [
      { format: 'json', glob: join(home, 'results/tickets_json/partition=*/*.json') },
      { format: 'parquet', glob: join(home, 'results/tickets/partition=*/*.parquet') },
    ],
  });
});

test('both PySpark jobs run in one installation, each with its script and its files', () => {
  const run = runIn(home);
  const of = (name: string) => {
    const { file, args } = named(name).command(run);
    return { file, script: args[0], more: args.slice(1) };
  };
  const peers = join(import.meta.dirname, '../peers');
  const file = join(home, 'pyspark/bin/python');
  const common = ['a:1,b:2', 'bench-200', '50', home];
  expect(of('pyspark')).toEqual({
    file,
    script: join(peers, 'pyspark_job.py'),
    more: [...common, 'availableNow'],
  });
  expect(of('pyspark-expert')).toEqual({
    file,
    script: join(peers, 'pyspark_expert_job.py'),
    more: common,
  });
});

function named(name: string): System {
  const system = systemNamed(name);
  if (system === undefined) throw new Error(`there is no system called ${name}`);
  return system;
}

function runIn(folder: string): Run {
  return {
    workload: workloadNamed('200'),
    topic: 'bench-200',
    brokers: ['a:1', 'b:2'],
    folder,
    groupId: 'a group',
    home: folder,
    node: { path: 'node', version: 'v24.0.0' },
    cores: 2,
  };
}
