import { brokenPromise, brokenStep, isDone } from './promises.ts';
import { firstWorld, stepsOf, type Mutant, type Step, type World } from './protocol.ts';

export interface Found {
  /** Worlds that are different from each other. */
  readonly worlds: number;
  /** The shortest way to a broken promise; `undefined`: there is none. */
  readonly failure: { readonly promise: string; readonly steps: readonly string[] } | undefined;
}

interface Visited {
  readonly world: World;
  readonly from: Visited | undefined;
  readonly step: string;
}

/** Every world that can come about, in whatever order the consumers run and wherever requests and consumers fail. */
export function search(options: {
  readonly records: number;
  readonly consumers: number;
  readonly mutant?: Mutant | undefined;
}): Found {
  const { records, consumers, mutant } = options;
  const first: Visited = { world: firstWorld(records, consumers), from: undefined, step: '' };
  const seen = new Set([keyOf(first.world)]);
  const queue = [first];
  for (let visited = queue[0], next = 1; visited !== undefined; visited = queue[next++]) {
    const { world } = visited;
    for (const { name, world: after, consumer } of allSteps(world, mutant)) {
      const step = `consumer ${consumer}: ${name}`;
      const promise = brokenStep(world, after) ?? brokenPromise(after);
      const reached: Visited = { world: after, from: visited, step };
      if (promise !== undefined) return { worlds: seen.size, failure: { promise, steps: wayTo(reached) } };
      const key = keyOf(after);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(reached);
    }
    if (!canEnd(world, mutant))
      return {
        worlds: seen.size,
        failure: { promise: 'a consumer alone does not come to the end', steps: wayTo(visited) },
      };
  }
  return { worlds: seen.size, failure: undefined };
}

function allSteps(
  world: World,
  mutant: Mutant | undefined,
): readonly (Step & { readonly consumer: number })[] {
  return world.memories.flatMap((_, consumer) =>
    stepsOf(world, consumer, mutant).map((step) => ({ ...step, consumer })),
  );
}

const MOST_STEPS = 100;

/** Whether the first consumer comes to the end when all the others are gone and nothing fails any more. */
function canEnd(world: World, mutant: Mutant | undefined): boolean {
  let now = world;
  for (let step = 0; step < MOST_STEPS && !isDone(now); step += 1) {
    const steps = stepsOf(now, 0, mutant).filter(({ name }) => !/, (and no answer|but it does)/.test(name));
    const next = steps.at(-1);
    if (next === undefined) return false;
    now = next.world;
  }
  return isDone(now);
}

/** Consumers are alike: which of them knows what makes no difference. Versions matter by whether they are the latest. */
function keyOf({ checkpoint, version, files, memories }: World): string {
  const known = memories.map((memory) =>
    JSON.stringify(memory === null ? null : { ...memory, version: memory.version === version }),
  );
  return JSON.stringify([checkpoint, files, known.sort()]);
}

function wayTo(visited: Visited): readonly string[] {
  return visited.from === undefined ? [] : [...wayTo(visited.from), visited.step];
}
