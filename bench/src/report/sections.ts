import type { z } from 'zod';
import {
  codecTable,
  describeSystems,
  describeSittings,
  hasRuns,
  workloadTable,
} from '../compare/markdown-report.ts';
import { distanceTable } from '../compare/distance.ts';
import { reportSchema, type Report } from '../compare/report.ts';
import { PYTHON, steadyRates, steadyRatesTable, type Spelling } from '../compare/steady-rates.ts';
import { growthReportSchema, growthTables } from '../growth/growth-report.ts';
import { latencyReportSchema, latencyTable } from '../latency/latency-report.ts';
import { librariesTable, profileReportSchema, profileTable } from '../profile/profile-report.ts';
import { readResults, type ResultKind } from '../results-folder.ts';
import { soakReportSchema, soakTable } from '../soak/soak-report.ts';
import { steadyReportSchema, steadyTable } from '../steady/steady-report.ts';
import { describeWorkload, WORKLOADS } from '../workload.ts';
import { picture } from './picture.ts';
import { targetsTable } from './targets.ts';

interface Stored<T> {
  readonly name: string;
  readonly content: T;
}

export interface Sections {
  /** `undefined`: there is no such section. */
  readonly textOf: (section: string) => string | undefined;
  /** SVG of the newest rates: of tickets that Python wrote, where there are any. `undefined`: there are no rates. */
  readonly picture: string | undefined;
}

/**
 * The text of each section of a document, from the newest results of a folder. A section without results says how to get them.
 * `link` is the way from the document to the folder.
 */
export async function readSections(folder: string, link: string): Promise<Sections> {
  const read = async <T>(kind: ResultKind, schema: z.ZodType<T>): Promise<readonly Stored<T>[]> =>
    (await readResults(folder, kind)).map(({ name, content }) => ({ name, content: schema.parse(content) }));
  const compares = await read('compare', reportSchema);
  // The tables are of several sittings, each with its file; what they have in common is told of the one with all contenders.
  const main = compares.toSorted((a, b) => b.content.systems.length - a.content.systems.length)[0];
  const [latency] = await read('latency', latencyReportSchema);
  const [steady] = await read('steady', steadyReportSchema);
  const [growth] = await read('growth', growthReportSchema);
  const [soak] = await read('soak', soakReportSchema);
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

  const ratesSection = (spelling: Spelling, command: string): string =>
    withSource(
      compares.find(({ content }) => steadyRates(content, spelling) !== undefined),
      command,
      (report) => {
        const rates = steadyRates(report, spelling);
        return rates === undefined ? '' : steadyRatesTable(rates).join('\n\n');
      },
    );

  const sections = new Map<string, string>([
    ...WORKLOADS.map((workload): [string, string] => [
      `compare:${workload.name}`,
      withSource(
        compares.find(({ content }) => hasRuns(content, workload)),
        `pnpm bench -w ${workload.name}`,
        (report) => workloadTable(report, workload),
      ),
    ]),
    ['compare:steady-rates', ratesSection(undefined, 'pnpm bench -w 1m,5m')],
    ['compare:steady-rates:python', ratesSection(PYTHON, 'pnpm bench -w 1m-python,10m-python')],
    [
      'compare:distance',
      withSource(
        compares.find(({ content }) => distanceTable(content).length > 0),
        'pnpm bench -w 1m-python,1m-own,1m-large -s client-tickets,limit',
        (report) => distanceTable(report).join('\n\n'),
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
    [
      'targets',
      targetsTable({ compares: compares.map(({ content }) => content), latency: latency?.content }),
    ],
    ['latency', withSource(latency, 'pnpm bench latency', latencyTable)],
    ['steady', withSource(steady, 'pnpm bench steady', steadyTable)],
    ['growth', withSource(growth, 'pnpm bench growth', growthTables)],
    ['soak', withSource(soak, 'pnpm bench soak', soakTable)],
    ['profile', withSource(profiles[0], 'pnpm bench profile', profileTable)],
    [
      'profile:libraries',
      withSource(
        profiles.find(({ content }) => content.libraries !== undefined),
        'pnpm bench profile -w 1m-python',
        (report) => librariesTable(report) ?? '',
      ),
    ],
    ['profile:first', withSource(profiles.at(-1), 'pnpm bench profile', profileTable)],
  ]);
  return { textOf: (section) => sections.get(section), picture: drawRates(compares) };
}

/** kcat does nothing of the job, so it is left out. */
function drawRates(compares: readonly Stored<Report>[]): string | undefined {
  for (const spelling of [PYTHON, undefined]) {
    for (const { name, content } of compares) {
      const rates = steadyRates(content, spelling)?.rates.filter((rate) => rate.name !== 'kcat') ?? [];
      const of = rates.map((rate) => rate.of).sort((a, b) => b.tickets - a.tickets)[0];
      if (of !== undefined)
        return picture(rates, {
          of: describeWorkload(of),
          from: `${content.startedAt.slice(0, 10)}, ${name}`,
        });
    }
  }
  return undefined;
}
