import type { QueryErrorCode, QueryState } from '@client-tickets/micro-batch';
import { expect } from 'vitest';
import type { LetterCounts } from './letter-query.ts';

import type { ConsumerOptions, Fault, World } from './stream-world.ts';

/** What a test does next, or what must be the case by now. */
export interface Action {
  readonly name: string;
  readonly run: (world: World) => unknown;
}

/** Appends one record a letter. `!` is a dead letter, `-` an offset without a record. */
export const append = (partition: number, letters: string): Action => ({
  name: `append(${partition}, '${letters}')`,
  run: ({ log }) => {
    let skip = 0n;
    for (const letter of letters) {
      if (letter === '-') skip += 1n;
      else log.append(partition, Buffer.from(letter), { skip });
      if (letter !== '-') skip = 0n;
    }
    if (skip > 0n) log.appendMarkers(partition, skip);
  },
});

/** What retention does: the log starts here from now on. */
export const expire = (partition: number, before: bigint): Action => ({
  name: `expire(${partition}, ${before}n)`,
  run: ({ log }) => log.removeBefore(partition, before),
});

/** The topic was deleted and created again: the partition is empty and starts at 0. */
export const recreate = (partition: number): Action => ({
  name: `recreate(${partition})`,
  run: ({ log }) => log.recreate(partition),
});

/** Options of a query that takes what is there, and ends. */
export const availableNow = { trigger: { kind: 'availableNow' } } as const;

const HOUR_MS = 3_600_000;
/** Options of a query whose files are not due while a test lasts. */
export const kept = { rollover: { intervalMs: HOUR_MS, bytes: 1_000_000, inactivityMs: HOUR_MS } };

export const start = (name: string, options: ConsumerOptions = {}): Action => ({
  name: `start('${name}')`,
  run: (world) => world.start(name, options),
});

/** Asks the query to stop, and goes on. */
export const beginStop = (name: string, budgetMs = 60_000): Action => ({
  name: `beginStop('${name}', ${budgetMs})`,
  run: (world) => {
    const consumer = world.consumer(name);
    consumer.stopped = 'not yet';
    consumer.query.stop({ budgetMs }).then(
      () => (consumer.stopped = 'done'),
      (error: unknown) => (consumer.stopped = new Error('stop has rejected', { cause: error })),
    );
  },
});

/** Lets time pass until a stop that was begun has resolved. */
export const stopped = (name: string): Action => ({
  name: `stopped('${name}')`,
  run: async (world) => {
    await world.until(`${name} to stop`, () => world.consumer(name).stopped !== 'not yet');
    expect(world.consumer(name).stopped).toBe('done');
  },
});

export const stop = (name: string): Action => ({
  name: `stop('${name}')`,
  run: async (world) => {
    await beginStop(name).run(world);
    await stopped(name).run(world);
  },
});

/** The process is gone; the group deals its partitions out to the others. */
export const crash = (name: string): Action => ({
  name: `crash('${name}')`,
  run: async (world) => {
    const consumer = world.consumer(name);
    consumer.isGone = true;
    await consumer.source.stop();
  },
});

/**
 * From now on, or once, something happens to requests such as `checkpoints putIfMatch letters/partition-0.json` or
 * `source fetchOffsets`. A `source deliver 0` is dropped.
 */
export const fault = (consumer: string, fault: Fault, request: RegExp, once = false): Action => ({
  name: `fault('${consumer}', '${fault}', ${request})`,
  run: (world) => world.addRule({ consumer, fault, request, once }),
});

export const heal = (consumer: string): Action => ({
  name: `heal('${consumer}')`,
  run: (world) => world.heal(consumer),
});

export const held = (consumer: string): Action => ({
  name: `held('${consumer}')`,
  run: (world) => world.until(`a request of ${consumer} to be held`, () => world.isHeld(consumer)),
});

/** The results hold these letters; the published counts may know of more. */
export const rows = (...expected: readonly string[]): Action => ({
  name: `rows(${expected.map((text) => `'${text}'`).join(', ')})`,
  run: (world) =>
    world.until(
      `rows ${JSON.stringify(expected)}`,
      () => expected.every((text, partition) => text === world.letters(partition)),
      () => `but found ${JSON.stringify(expected.map((_, partition) => world.letters(partition)))}`,
    ),
});

/** The published counts are those of these letters. */
export const counts = (letters: string): Action => ({
  name: `counts('${letters}')`,
  run: async (world) => {
    const expected: Record<string, number> = {};
    for (const letter of letters) expected[letter] = (expected[letter] ?? 0) + 1;
    const isPublished = (): boolean => equal(world.published().counts, expected);
    await world.until(`counts ${JSON.stringify(expected)}`, isPublished, () =>
      JSON.stringify(world.published()),
    );
  },
});

/** The results hold these letters, and the published counts are theirs. */
export const results = (...expected: readonly string[]): Action => ({
  name: `results(${expected.map((text) => `'${text}'`).join(', ')})`,
  run: async (world) => {
    await rows(...expected).run(world);
    if (world.consumers.size > 0) await counts(expected.join('').replaceAll('!', '')).run(world);
  },
});

function equal(a: LetterCounts, b: LetterCounts): boolean {
  return [...Object.keys(a), ...Object.keys(b)].every((letter) => a[letter] === b[letter]);
}

/** Files hold everything before this offset. */
export const stored = (partition: number, endOffset: bigint): Action => ({
  name: `stored(${partition}, ${endOffset}n)`,
  run: (world) =>
    world.until(
      `offset ${endOffset} of partition ${partition} to be stored`,
      () => world.checkpoint(partition)?.stored.endOffset === endOffset,
      () => `but found ${world.checkpoint(partition)?.stored.endOffset}`,
    ),
});

export const state = (name: string, expected: QueryState): Action => ({
  name: `state('${name}', '${expected}')`,
  run: (world) =>
    world.until(
      `state ${expected}`,
      () => world.consumer(name).query.status().state === expected,
      () => JSON.stringify(world.consumer(name).query.status().message),
    ),
});

export const ends = (name: string): Action => ({
  name: `ends('${name}')`,
  run: async (world) => {
    const consumer = world.consumer(name);
    await world.until(`${name} to end`, () => consumer.outcome !== 'running');
    if (consumer.outcome instanceof Error) throw consumer.outcome;
    expect(consumer.query.status().state).toBe('stopped');
  },
});

/** A query that takes what is there, and ends. */
export const runs = (name: string, options: ConsumerOptions = {}): Action => ({
  name: `runs('${name}')`,
  run: async (world) => {
    await start(name, { ...options, ...availableNow }).run(world);
    await ends(name).run(world);
  },
});

export const pause = (name: string): Action =>
  act(`pause('${name}')`, (world) => world.consumer(name).query.pause());

export const resume = (name: string): Action =>
  act(`resume('${name}')`, (world) => world.consumer(name).query.resume());

export const fails = (name: string, code: QueryErrorCode, message: RegExp): Action => ({
  name: `fails('${name}', '${code}')`,
  run: async (world) => {
    const consumer = world.consumer(name);
    await world.until(`${name} to fail`, () => consumer.outcome !== 'running');
    expect(consumer.outcome).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(consumer.query.status()).toMatchObject({ state: 'failed', errorCode: code });
  },
});

/** Recorded gaps of a partition: `expired 0-9`, both included; `counted` where counts have what no file has. */
export const gaps = (partition: number, ...expected: readonly string[]): Action => ({
  name: `gaps(${partition}, ${expected.map((gap) => `'${gap}'`).join(', ')})`,
  run: async (world) => {
    const found = (): readonly string[] =>
      (world.checkpoint(partition)?.gaps ?? []).map(
        ({ reason, startOffset, endOffset, isCounted }) =>
          `${reason} ${startOffset}-${endOffset - 1n}${isCounted ? ' counted' : ''}`,
      );
    await world.until(
      `gaps ${expected.join(', ')}`,
      () => found().join() === expected.join(),
      () => `but found ${found().join(', ')}`,
    );
  },
});

export const passTime = (ms: number): Action => ({
  name: `passTime(${ms})`,
  run: (world) => world.pass(ms),
});

/** At the same moment: nothing is delivered in between. */
export const both = (first: Action, second: Action): Action => ({
  name: `${first.name} and ${second.name}`,
  run: (world) => {
    first.run(world);
    second.run(world);
  },
});

export const act = (name: string, run: Action['run']): Action => ({ name, run });

/** What is found equals what is expected, or has the fields that are. */
export const look = (what: string, find: (world: World) => unknown, expected: unknown): Action => ({
  name: `look('${what}')`,
  run: (world) =>
    typeof expected === 'object' && expected !== null
      ? expect(find(world), what).toMatchObject(expected)
      : expect(find(world), what).toEqual(expected),
});

/** For `look`: all states that a consumer was in, one after the other. */
export const states = (name: string) => (world: World) =>
  world
    .consumer(name)
    .states.map(({ state }) => state)
    .join();
