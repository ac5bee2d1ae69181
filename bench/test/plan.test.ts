import { describe, expect, test } from 'vitest';
import type { System } from '../src/compare/system.ts';
import type { Measurement } from '../src/compare/measurement.ts';
import { estimateSeconds, inMinutes, parseRepetitions, planRuns } from '../src/compare/plan.ts';
import { continued, type Report } from '../src/compare/report.ts';
import type { Workload } from '../src/workload.ts';
import { CIRCUMSTANCES, HEAD, measured } from './support/made-reports.ts';

const small: Workload = { name: '200', tickets: 200, maxOffsetsPerTrigger: 50, malformedPercent: 0 };
const large: Workload = { name: '1m', tickets: 1_000_000, maxOffsetsPerTrigger: 0, malformedPercent: 0 };
const [a, b, c] = [system('a'), system('b'), system('c')];

describe('repetitions', () => {
  test('are a number for all, numbers by workload, or both', () => {
    expect(parseRepetitions('5')).toEqual({ usual: 5, of: new Map() });
    expect(parseRepetitions('200=5,10m=1')).toEqual({
      usual: 3,
      of: new Map([
        ['200', 5],
        ['10m', 1],
      ]),
    });
    expect(parseRepetitions('2, 1m-100k=4')).toEqual({ usual: 2, of: new Map([['1m-100k', 4]]) });
  });

  test.each(['0', 'many', '1m=', '=3', '1m=0', '3,'])('%s is refused by name', (given) => {
    expect(() => parseRepetitions(given)).toThrow(/expected a number or a list/);
  });
});

describe('the runs of a benchmark', () => {
  test('go round all workloads, and another system begins each round', () => {
    const runs = plan([], '2');
    expect(runs).toEqual([
      '200 a 1',
      '200 b 1',
      '200 c 1',
      '1m a 1',
      '1m b 1',
      '1m c 1',
      '200 b 2',
      '200 c 2',
      '200 a 2',
      '1m b 2',
      '1m c 2',
      '1m a 2',
    ]);
  });

  test('are as many as each workload asks for', () => {
    expect(plan([], '1,200=2')).toEqual([
      '200 a 1',
      '200 b 1',
      '200 c 1',
      '1m a 1',
      '1m b 1',
      '1m c 1',
      '200 b 2',
      '200 c 2',
      '200 a 2',
    ]);
  });

  test('are those that an earlier result lacks, wherever it was broken off', () => {
    const before = [measured('a', '200'), measured('b', '200'), measured('c', '200'), measured('a', '1m')];
    expect(plan(before, '1')).toEqual(['1m b 1', '1m c 1']);
    expect(plan(before, '1,200=2')).toEqual(['1m b 1', '1m c 1', '200 b 2', '200 c 2', '200 a 2']);
  });

  function plan(before: readonly Measurement[], repetitions: string): readonly string[] {
    return planRuns({
      workloads: [small, large],
      systems: [a, b, c],
      repetitions: parseRepetitions(repetitions),
      measured: before,
    }).map(({ workload, system, repetition }) => `${workload.name} ${system.name} ${repetition}`);
  }
});

describe('the time that runs may take', () => {
  test('is that of the same runs before, or else what is known of the system', () => {
    const runs = [{ workload: large, system: a, repetition: 1 }];
    expect(estimateSeconds(runs, [], 300)).toBeCloseTo(1 + 10 + 2.5 + 1.5);
    expect(estimateSeconds(runs, [measured('a', '1m', 40), measured('a', '1m', 50)], 300)).toBeCloseTo(
      45 + 2.5 + 1.5,
    );
  });

  test('is no longer than until they are given up', () => {
    const runs = [{ workload: { ...large, tickets: 1e9 }, system: a, repetition: 1 }];
    expect(estimateSeconds(runs, [], 300) - estimateSeconds(runs, [], 200)).toBeCloseTo(100);
  });

  test('is said in seconds, and from a minute and a half on in minutes', () => {
    expect([inMinutes(12.1), inMinutes(89), inMinutes(91)]).toEqual([
      'about 13 s',
      'about 89 s',
      'about 2 min',
    ]);
  });
});

describe('a result that is gone on with', () => {
  const asked = {
    startedAt: '2026-02-01T00:00:00.000Z',
    circumstances: CIRCUMSTANCES,
    workloads: [large],
    systems: [{ name: 'b', title: 'B', job: 'new words' }],
  };
  const earlier: Report = {
    kind: 'compare',
    startedAt: HEAD.startedAt,
    sittings: [HEAD],
    workloads: [small],
    systems: [
      { name: 'a', title: 'A', job: 'x' },
      { name: 'b', title: 'B', job: 'old words' },
    ],
    measurements: [measured('a', '200')],
  };

  test('keeps its name and runs, and has another sitting', () => {
    const report = continued(earlier, asked);
    expect(report).toMatchObject({ startedAt: earlier.startedAt, measurements: earlier.measurements });
    expect(report.sittings.map(({ startedAt }) => startedAt)).toEqual([earlier.startedAt, asked.startedAt]);
    expect(report.workloads).toEqual([small, large]);
    expect(report.systems.map(({ name, job }) => `${name}: ${job}`)).toEqual(['a: x', 'b: new words']);
  });

  test('is refused on another machine', () => {
    const other = { ...asked, circumstances: { ...CIRCUMSTANCES, cores: 8 } };
    expect(() => continued(earlier, other)).toThrow(/2 cores.*8 cores.*start over/);
  });
});

function system(name: string): System {
  return {
    name,
    title: name,
    job: '',
    guess: { startSeconds: 1, secondsPerMillion: 10 },
    missing: async () => undefined,
    version: async () => '1',
    command: () => ({ file: 'true', args: [], env: {}, cwd: '/' }),
    result: async () => ({ counts: undefined, enriched: [] }),
  };
}
