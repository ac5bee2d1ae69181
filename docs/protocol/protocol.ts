/**
 * The protocol of one partition, as small as it can be told: a log of a few records, consumers, a store. Every step ends with at
 * most one request to the store; between two steps any other consumer may run, so that a consumer may be frozen anywhere.
 */

/** `[start, end)` of the log. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Checkpoint {
  /** How often each record is in the counts. Right is once before `counted`, and not at all from there on. */
  readonly counts: readonly number[];
  /** The state covers everything before it. */
  readonly counted: number;
  /** Files cover everything before it. */
  readonly stored: number;
  /** A file that was decided on: no consumer can cut it differently any more. */
  readonly plan: Range | null;
}

/** A file that readers see: what its name says, and which records are in it. */
export interface File extends Range {
  readonly records: readonly number[];
}

/** What a consumer knows. It is lost with a crash, and dropped after a request without an answer. */
export interface Memory {
  readonly checkpoint: Checkpoint;
  /** Of the checkpoint: what `If-Match` names. */
  readonly version: number;
  /** What it has put into the file that is open: uploaded, and out of sight. */
  readonly open: readonly number[];
  /** The planned file is visible. */
  readonly isVisible: boolean;
}

export interface World {
  readonly checkpoint: Checkpoint;
  readonly version: number;
  readonly files: readonly File[];
  /** One for each consumer; `null`: it has to read the checkpoint. */
  readonly memories: readonly (Memory | null)[];
}

/** A rule of the protocol that is left out, to see what it is for. */
export type Mutant =
  | 'no If-Match'
  | 'no plan'
  | 'visible before the plan'
  | 'stored before it is visible'
  | 'counted again after a takeover'
  | 'not read again from stored'
  | 'a swap without an answer taken for a lost one';

export const MUTANTS: readonly Mutant[] = [
  'no If-Match',
  'no plan',
  'visible before the plan',
  'stored before it is visible',
  'counted again after a takeover',
  'not read again from stored',
  'a swap without an answer taken for a lost one',
];

export interface Step {
  readonly name: string;
  readonly world: World;
}

export function firstWorld(records: number, consumers: number): World {
  const counts = Array.from({ length: records }, () => 0);
  return {
    checkpoint: { counts, counted: 0, stored: 0, plan: null },
    version: 0,
    files: [],
    memories: Array.from({ length: consumers }, () => null),
  };
}

/** Everything that one consumer may do next, with each way that it can end. */
export function stepsOf(world: World, consumer: number, mutant: Mutant | undefined): readonly Step[] {
  const memory = world.memories[consumer] ?? null;
  const remember = (next: World, mine: Memory | null): World => ({
    ...next,
    memories: next.memories.map((each, index) => (index === consumer ? mine : each)),
  });

  /** A request: it happens or not, and is answered or not. A crash before or after it looks the same from outside. */
  function request(name: string, after: World, answered: Memory | null): readonly Step[] {
    return [
      { name, world: remember(after, answered) },
      { name: `${name}, and no answer comes`, world: remember(after, unanswered(after)) },
      { name: `${name}, but it does not arrive`, world: remember(world, unanswered(world)) },
    ];
  }

  /** Without an answer everything is forgotten and read again. */
  function unanswered(after: World): Memory | null {
    if (mutant !== 'a swap without an answer taken for a lost one' || memory === null) return null;
    return { ...memory, version: after.version };
  }

  function swap(
    name: string,
    known: Memory,
    checkpoint: Checkpoint,
    open: readonly number[],
  ): readonly Step[] {
    if (known.version !== world.version && mutant !== 'no If-Match')
      return [{ name: `${name}: lost`, world: remember(world, null) }];
    const version = world.version + 1;
    return request(name, { ...world, checkpoint, version }, { checkpoint, version, open, isVisible: false });
  }

  /** With these records counted and these in files: nothing but that, or a plan in the same swap. */
  function swaps(name: string, known: Memory, next: Checkpoint, open: readonly number[]): readonly Step[] {
    const isDue = mutant !== 'no plan' && next.counted > next.stored;
    const plan = { start: next.stored, end: next.counted };
    return [
      ...(next === known.checkpoint ? [] : swap(name, known, next, open)),
      ...(isDue ? swap(`${name}, and plan ${show(plan)}`, known, { ...next, plan }, open) : []),
    ];
  }

  if (memory === null) {
    const { checkpoint, version } = world;
    const from = mutant === 'not read again from stored' ? checkpoint.counted : checkpoint.stored;
    const open = recordsOf({ start: from, end: checkpoint.counted });
    const read =
      mutant === 'counted again after a takeover'
        ? { ...checkpoint, counted: checkpoint.stored }
        : checkpoint;
    return [
      {
        name: 'read the checkpoint',
        world: remember(world, {
          checkpoint: read,
          version,
          open: read === checkpoint ? open : [],
          isVisible: false,
        }),
      },
    ];
  }

  const { checkpoint, open, isVisible } = memory;
  const { counts, counted, stored } = checkpoint;
  const plan =
    mutant === 'no plan' && checkpoint.plan === null && counted > stored
      ? { start: stored, end: counted } // where the consumer happens to be, which no other one knows
      : checkpoint.plan;
  const steps: Step[] = [];

  const canShow = plan !== null && !isVisible;
  if (canShow) {
    const file = { ...plan, records: open.filter((record) => record < plan.end) };
    steps.push(
      ...request(
        `make ${show(plan)} visible`,
        { ...world, files: addFile(world.files, file) },
        {
          ...memory,
          isVisible: true,
        },
      ),
    );
  }
  if (mutant === 'visible before the plan' && plan === null && open.length > 0) {
    const file = { start: stored, end: counted, records: open };
    steps.push(
      ...request(`make ${show(file)} visible`, { ...world, files: addFile(world.files, file) }, memory),
    );
  }
  if (plan !== null && (isVisible || mutant === 'stored before it is visible')) {
    const next = { ...checkpoint, stored: plan.end, plan: null };
    steps.push(
      ...swaps(
        `store ${show(plan)}`,
        memory,
        next,
        open.filter((record) => record >= plan.end),
      ),
    );
  }
  if (checkpoint.plan === null && (mutant !== 'no plan' || !isVisible)) {
    if (counted < counts.length) {
      const next = {
        ...checkpoint,
        counted: counted + 1,
        counts: counts.map((count, record) => (record === counted ? count + 1 : count)),
      };
      steps.push(...swaps(`count ${counted}`, memory, next, [...open, counted]));
    }
    if (counted > stored) steps.push(...swaps('count nothing', memory, checkpoint, open));
  }
  return steps;
}

/** The same name again replaces what was there. */
function addFile(files: readonly File[], file: File): readonly File[] {
  const others = files.filter(({ start, end }) => start !== file.start || end !== file.end);
  return [...others, file].sort((a, b) => a.start - b.start || a.end - b.end);
}

function recordsOf({ start, end }: Range): readonly number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function show({ start, end }: Range): string {
  return `${start}–${end - 1}`;
}
