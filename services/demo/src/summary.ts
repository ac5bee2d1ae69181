import Table from 'cli-table3';
import pc from 'picocolors';
import { totalOf, type DemoState } from './picture.ts';

/** What the demo leaves behind: the counts, and where everything lies. `locations`: a name and a path each. */
export function summarizeDemo(summary: {
  readonly counts: DemoState['counts'];
  readonly produced: number;
  readonly seed: number;
  readonly seconds: number;
  readonly locations: readonly (readonly [name: string, path: string])[];
}): string {
  const { counts, produced, seed, seconds, locations } = summary;
  const table = new Table({
    head: ['type', 'tickets'],
    colAligns: ['left', 'right'],
    style: { head: [], border: [] },
  });
  table.push(...Object.entries(counts), [pc.bold('total'), pc.bold(String(totalOf(counts)))]);
  const width = Math.max(...locations.map(([name]) => name.length));
  return [
    '',
    table.toString(),
    `${produced} tickets produced and counted in ${seconds.toFixed(1)} s (seed ${seed}).`,
    '',
    ...locations.map(([name, path]) => `  ${name.padEnd(width)}  ${path}`),
    '',
  ].join('\n');
}
