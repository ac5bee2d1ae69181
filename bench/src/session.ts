import { z } from 'zod';
import { buildBundles } from './build-bundles.ts';
import { readCircumstances, type Circumstances } from './machine.ts';
import { findNode, type NodeRuntime } from './node-runtime.ts';
import { saveResult, type ResultKind } from './results-folder.ts';
import { createStatusLine, type StatusLine } from './status-line.ts';

/** What all measurements take, as `benchCommand` declares it. */
export const commonOptions = {
  home: z.string(),
  node: z.string().optional(),
  brokers: z.string().transform((list) => list.split(',')),
  output: z.string(),
};
type CommonOptions = Readonly<z.infer<z.ZodObject<typeof commonOptions>>>;

/** What each report begins with. */
export interface ReportHead<Kind extends ResultKind> {
  readonly kind: Kind;
  readonly startedAt: string;
  readonly circumstances: Circumstances;
}

/** A measurement from its first word to its report. */
export interface Session<Kind extends ResultKind> {
  readonly status: StatusLine;
  readonly node: NodeRuntime;
  readonly head: ReportHead<Kind>;
  /** As often as there is something new: a measurement that is broken off keeps what it has. */
  readonly save: (report: ReportHead<Kind>, markdown: string) => Promise<void>;
  /** Saves and prints it. */
  readonly finish: (report: ReportHead<Kind>, markdown: string) => Promise<void>;
}

/** Bundles the services and looks at the machine. */
export async function openSession<Kind extends ResultKind>(
  kind: Kind,
  { home, node: wanted, output }: CommonOptions,
): Promise<Session<Kind>> {
  const status = createStatusLine();
  const node = await findNode(home, wanted);
  status.say(`bundling the services, which run on Node ${node.version}`);
  await buildBundles(home);
  const head = { kind, startedAt: new Date().toISOString(), circumstances: await readCircumstances(node) };
  return {
    status,
    node,
    head,
    save: async (report, markdown) => void (await saveResult(output, { ...report }, markdown)),
    finish: async (report, markdown) => {
      status.stop();
      process.stdout.write(`${markdown}\n${await saveResult(output, { ...report }, markdown)}\n`);
    },
  };
}
