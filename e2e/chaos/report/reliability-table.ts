import type { Fault } from '../faults/fault.ts';
import type { RunResult } from './run-result.ts';

const HEAD = [
  '`--fault`',
  'what happens',
  'S3',
  'folder',
  'seeds',
  'tickets',
  'lost',
  'duplicated',
  'longest stall',
];

/** The table of all runs, as Markdown, and a sentence on those that failed, which has nothing to say when all is well. */
export function reliabilityTable(results: readonly RunResult[], faults: readonly Fault[]): string {
  const rows = faults.flatMap(({ name, title }) => {
    const runs = results.filter(({ fault }) => fault === name);
    return runs.length === 0 ? [] : [[`\`${name}\``, title, ...figures(runs)]];
  });
  const lines = [
    HEAD,
    HEAD.map((_, column) => (column === 0 || column === 1 || column === 4 ? '---' : '--:')),
    ...rows,
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return [...lines, '', summary(results)].join('\n');
}

export function summary(results: readonly RunResult[]): string {
  const sum = (pick: (result: RunResult) => number): number =>
    results.reduce((all, result) => all + pick(result), 0);
  const failed = results.filter(({ problems }) => problems.length > 0);
  const which = failed.map(({ fault, seed }) => `\`--fault ${fault} --seed ${seed}\``).join(', ');
  const failures = failed.length === 0 ? 'none failed' : `${failed.length} failed: ${which}`;
  return (
    `${show(results.length)} runs, ${failures}: ${show(sum(({ tickets }) => tickets))} tickets, ${sum(({ lost }) => lost)} lost, ` +
    `${sum(({ duplicated }) => duplicated)} duplicated; ${show(sum(({ readings }) => readings))} readings while tickets flowed.`
  );
}

function figures(runs: readonly RunResult[]): readonly string[] {
  const sum = (pick: (run: RunResult) => number): number => runs.reduce((all, run) => all + pick(run), 0);
  return [
    show(runs.filter(({ storage }) => storage === 's3').length),
    show(runs.filter(({ storage }) => storage === 'folder').length),
    seedsOf(runs),
    show(sum(({ tickets }) => tickets)),
    show(sum(({ lost }) => lost)),
    show(sum(({ duplicated }) => duplicated)),
    `${(Math.max(...runs.map(({ longestStallMs }) => longestStallMs)) / 1_000).toFixed(1)} s`,
  ];
}

/** `1–50, 52`. */
function seedsOf(runs: readonly RunResult[]): string {
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  const spans: [first: number, last: number][] = [];
  for (const seed of seeds) {
    const span = spans.at(-1);
    if (span !== undefined && span[1] === seed - 1) span[1] = seed;
    else spans.push([seed, seed]);
  }
  return spans.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}

function show(count: number): string {
  return count.toLocaleString('en-US');
}
