import type { z } from 'zod';
import {
  codecTable,
  describeSystems,
  describeSittings,
  hasRuns,
  steadyRates,
  workloadTable,
} from '../compare/markdown-report.ts';
import { reportSchema } from '../compare/report.ts';
import { growthReportSchema, growthTables } from '../growth/growth-report.ts';
import { latencyReportSchema, latencyTable } from '../latency/latency-report.ts';
import { profileReportSchema, profileTable } from '../profile/profile-report.ts';
import { readResults, type ResultKind } from '../results-folder.ts';
import { steadyReportSchema, steadyTable } from '../steady/steady-report.ts';
import { WORKLOADS } from '../workload.ts';

interface Stored<T> {
  readonly name: string;
  readonly content: T;
}

/**
 * The text of each section of a document, from the newest results of a folder. A section without results says how to get them.
 * `link` is the way from the document to the folder.
 */
export async function readSections(
  folder: string,
  link: string,
): Promise<(section: string) => string | undefined> {
  const read = async <T>(kind: ResultKind, schema: z.ZodType<T>): Promise<readonly Stored<T>[]> =>
    (await readResults(folder, kind)).map(({ name, content }) => ({ name, content: schema.parse(content) }));
  const compares = await read('compare', reportSchema);
  // The tables are of several sittings, each with its file; what they have in common is told of the one with all contenders.
  const main = compares.toSorted((a, b) => b.content.systems.length - a.content.systems.length)[0];
  const [latency] = await read('latency', latencyReportSchema);
  const [steady] = await read('steady', steadyReportSchema);
  const [growth] = await read('growth', growthReportSchema);
  const profiles = await read('profile', profileReportSchema);

  const from = ({ name }: Stored<unknown>): string => `From [${name}](${link}/${name}).`;
  const withSource = <T>(
    stored: Stored<T> | undefined,
    command: string,
    text: (content: T) => string,
  ): string =>
    stored === undefined
      ? `Not measured yet: \`${command}\`.`
      : [text(stored.content), from(stored)].join('\n\n');

  const sections = new Map<string, string>([
    ...WORKLOADS.map((workload): [string, string] => [
      `compare:${workload.name}`,
      withSource(
        compares.find(({ content }) => hasRuns(content, workload)),
        `pnpm bench -w ${workload.name}`,
        (report) => workloadTable(report, workload),
      ),
    ]),
    [
      'compare:steady-rates',
      withSource(
        compares.find(({ content }) => steadyRates(content).length > 0),
        'pnpm bench -w 1m,5m',
        (report) => steadyRates(report).join('\n\n'),
      ),
    ],
    [
      'compare:codecs',
      withSource(
        compares.find(({ content }) => codecTable(content).length > 0),
        'pnpm bench -w 1m-python,1m-python-none,1m-python-gzip,1m-python-snappy,1m-python-zstd',
        (report) => codecTable(report).join('\n\n'),
      ),
    ],
    ['compare:machine', withSource(main, 'pnpm bench', describeSittings)],
    ['compare:systems', withSource(main, 'pnpm bench', describeSystems)],
    ['latency', withSource(latency, 'pnpm bench latency', latencyTable)],
    ['steady', withSource(steady, 'pnpm bench steady', steadyTable)],
    ['growth', withSource(growth, 'pnpm bench growth', growthTables)],
    ['profile', withSource(profiles[0], 'pnpm bench profile', profileTable)],
    ['profile:first', withSource(profiles.at(-1), 'pnpm bench profile', profileTable)],
  ]);
  return (section) => sections.get(section);
}
