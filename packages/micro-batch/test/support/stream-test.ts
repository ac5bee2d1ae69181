import {
  createCheckpointStore,
  ObjectStoreError,
  parseRange,
  partitionCheckpointKey,
  silentLogger,
  StreamingQuery,
  type CheckpointStore,
  type CountedBatch,
  type ObjectStore,
  type PartitionCheckpoint,
  type QueryErrorCode,
  type QueryProgress,
  type QueryState,
  type QueryStatus,
  type Source,
  type StoredObject,
  type StreamingQueryOptions,
} from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  interceptStore,
  ManualClock,
  MemoryLog,
  MemoryObjects,
  type Interceptor,
} from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { decodePartitionCheckpoint } from '../../src/checkpoint/partition-checkpoint-format.ts';
import {
  createLetterPublisher,
  letterHandler,
  type LetterCounts,
  type LetterRow,
  type PublishedCounts,
} from './letter-query.ts';

export const TOPIC = 'letters';

/** What a test does next, or what must be the case by now. */
export interface Action {
  readonly name: string;
  readonly run: (world: World) => unknown;
}

/**
 * A test that is a list of actions (after Spark's `StreamTest`), run one after the other on a topic, two stores and a
 * clock that all live in memory. A failure shows the list with an arrow at the action that failed.
 */
export function streamTest(
  name: string,
  options: { readonly partitions?: number; readonly chunkSize?: number },
  ...actions: readonly Action[]
): void {
  test.each([name])('%s', async () => {
    const world = new World(options.partitions ?? 1);
    world.log.chunkSize = options.chunkSize ?? 7;
    expect(await perform(world, actions), 'actions that were performed').toBe(actions.length);
  });
}

async function perform(world: World, actions: readonly Action[]): Promise<number> {
  let done = 0;
  try {
    for (const action of actions) {
      await action.run(world);
      done += 1;
    }
    await world.settle();
    const all = [...world.consumers.values()];
    if (all.every(({ outcome, isGone }) => outcome !== 'running' && !isGone))
      expect(world.clock.sleeping, 'timers that were left').toBe(0);
    return done;
  } catch (error) {
    const list = actions.map(({ name }, index) => `${index === done ? ' ──► ' : '     '}${name}`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\n\n${list.join('\n')}\n`, { cause: error });
  } finally {
    for (const consumer of world.consumers.values()) consumer.isGone = true;
  }
}

type Fault = 'hold' | 'hold the answer' | 'lose the answer' | 'fail' | 'refuse';

interface Rule {
  readonly consumer: string;
  readonly request: RegExp;
  readonly fault: Fault;
  readonly once: boolean;
}

/** One run of the query, and all that it has told. */
export interface Consumer {
  readonly query: StreamingQuery<LetterCounts>;
  readonly source: Source;
  /** Pauses and resumes of partitions, in order. */
  readonly regulation: string[];
  readonly states: QueryStatus[];
  readonly progress: QueryProgress[];
  readonly batches: (CountedBatch & { readonly partition: number })[];
  /** The source gives up. */
  giveUp: (error: Error) => void;
  outcome: 'running' | 'ended' | Error;
  stopped: 'not yet' | 'done' | Error;
  /** Crashed: nothing that it asks for is answered any more. */
  isGone: boolean;
}

export type ConsumerOptions = Partial<StreamingQueryOptions<LetterCounts>> & { readonly alone?: boolean };

const never = new Promise<never>(() => undefined);

export class World {
  readonly clock = new ManualClock();
  readonly log: MemoryLog;
  readonly results = new MemoryObjects();
  readonly checkpoints = new MemoryObjects();
  readonly consumers = new Map<string, Consumer>();
  /** Every request of every consumer: `a: checkpoints putIfMatch letters/partition-0.json`. */
  readonly requests: string[] = [];
  readonly #decoded = new WeakMap<StoredObject, PartitionCheckpoint<LetterCounts>>();
  #rules: Rule[] = [];
  #held: { readonly rule: Rule; readonly release: () => void }[] = [];

  constructor(partitions: number) {
    this.log = new MemoryLog(TOPIC, partitions);
  }

  consumer(name: string): Consumer {
    return this.consumers.get(name) ?? expect.fail(`${name} was never started`);
  }

  start(name: string, { alone = false, ...options }: ConsumerOptions): void {
    const isGone = (): boolean => this.consumers.get(name) === consumer && consumer.isGone;
    const unlessGone = <T>(value: T): T | Promise<never> => (isGone() ? never : value);
    const plain = this.log.createSource({ alone });
    const source: Source = {
      ...plain,
      start: (listener) =>
        this.#intercept(name, 'source start', () => {
          partial.giveUp = (error) => listener.onError(error);
          return plain.start({
            ...listener,
            onChunk: (chunk) => {
              const request = `source deliver ${chunk.partition}`;
              if (!this.#rules.some((rule) => rule.consumer === name && rule.request.test(request)))
                listener.onChunk(chunk);
            },
          });
        }),
      commitOffsets: (offsets) =>
        this.#intercept(name, 'source commitOffsets', () => plain.commitOffsets(offsets)),
      stop: () => this.#intercept(name, 'source stop', () => plain.stop()),
      pause: (partition) => {
        consumer.regulation.push(`pause ${partition}`);
        plain.pause(partition);
      },
      resume: (partition) => {
        consumer.regulation.push(`resume ${partition}`);
        plain.resume(partition);
      },
      fetchOffsets: (partitions) =>
        this.#intercept(name, 'source fetchOffsets', () => plain.fetchOffsets(partitions)).then(unlessGone),
    };
    const store = (location: string, objects: MemoryObjects): ObjectStore => {
      const intercept: Interceptor = ({ operation, key }, send) =>
        this.#intercept(name, `${location} ${operation} ${key}`, send).then(unlessGone);
      return interceptStore(createMemoryObjectStore(`memory://${location}/`, objects), intercept);
    };
    const results = store('results', this.results);
    const partial: Omit<Consumer, 'query'> = {
      source,
      giveUp: () => undefined,
      regulation: [],
      states: [],
      progress: [],
      batches: [],
      outcome: 'running',
      stopped: 'not yet',
      isGone: false,
    };
    const query = StreamingQuery.start({
      name,
      source,
      handler: letterHandler,
      publisher: createLetterPublisher(results),
      checkpoints: store('checkpoints', this.checkpoints),
      results,
      trigger: { kind: 'interval', everyMs: 10 },
      clock: {
        now: () => this.clock.now(),
        monotonic: () => this.clock.monotonic(),
        sleep: (ms, signal) => this.clock.sleep(ms, signal).then(unlessGone),
      },
      logger: silentLogger,
      newId: () => `id-of-${name}`,
      listener: {
        onStatus: (status) => partial.states.push(status),
        onProgress: (progress) => partial.progress.push(progress),
        onBatch: (partition, batch) => partial.batches.push({ partition, ...batch }),
      },
      ...options,
    });
    const consumer: Consumer = Object.assign(partial, { query });
    this.consumers.set(name, consumer);
    query.finished.then(
      () => (consumer.outcome = 'ended'),
      (error: unknown) => (consumer.outcome = error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #intercept<T>(consumer: string, request: string, send: () => Promise<T>): Promise<T> {
    this.requests.push(`${consumer}: ${request}`);
    const rule = this.#rules.find((each) => each.consumer === consumer && each.request.test(request));
    if (rule === undefined) return send();
    if (rule.once) this.#rules = this.#rules.filter((each) => each !== rule);
    const release = (): Promise<void> =>
      new Promise((resolve) => this.#held.push({ rule, release: resolve }));
    if (rule.fault === 'hold') return release().then(send);
    if (rule.fault === 'hold the answer') {
      const answer = await send();
      return release().then(() => answer);
    }
    if (rule.fault === 'lose the answer') await send();
    const message = `injected at ${request}`;
    if (request.startsWith('source')) throw new Error(message);
    throw new ObjectStoreError(rule.fault === 'refuse' ? 'refused' : 'unavailable', message);
  }

  addRule(rule: Rule): void {
    this.#rules.push(rule);
  }

  /** Ends all faults of a consumer; what was held is sent. */
  heal(consumer: string): void {
    this.#rules = this.#rules.filter((rule) => rule.consumer !== consumer);
    const released = this.#held.filter(({ rule }) => rule.consumer === consumer);
    this.#held = this.#held.filter(({ rule }) => rule.consumer !== consumer);
    for (const { release } of released) release();
  }

  isHeld(consumer: string): boolean {
    return this.#held.some(({ rule }) => rule.consumer === consumer);
  }

  /** Lets everything run, and time go on, until the condition holds. */
  async until(what: string, condition: () => boolean, describe: () => unknown = () => ''): Promise<void> {
    for (let step = 0; step < 10_000; step += 1) {
      await this.settle();
      if (condition()) return;
      if (!this.clock.advanceToNext()) break;
    }
    expect.fail(`waited in vain for ${what} ${String(describe())}`);
  }

  /** Lets everything run that needs no time to pass. */
  async settle(): Promise<void> {
    await new Promise(setImmediate);
  }

  async pass(ms: number): Promise<void> {
    const end = this.clock.monotonic() + ms;
    await this.settle();
    for (let next = this.clock.nextWake; next !== undefined && next <= end; next = this.clock.nextWake) {
      this.clock.advanceToNext();
      await this.settle();
    }
    this.clock.advance(end - this.clock.monotonic());
    await this.settle();
  }

  /** The partition checkpoints of the query that there is, as an operator reaches them. */
  checkpointStore(): CheckpointStore<LetterCounts> {
    const store = createMemoryObjectStore('memory://checkpoints/', this.checkpoints);
    const queryId = this.checkpoint(0)?.query ?? expect.fail('partition 0 has no checkpoint');
    return createCheckpointStore({
      store,
      topic: TOPIC,
      queryId,
      parseState: (value) => letterHandler.parseState(value),
    });
  }

  checkpoint(partition: number): PartitionCheckpoint<LetterCounts> | undefined {
    const key = partitionCheckpointKey(TOPIC, partition);
    const object = this.checkpoints.objects.get(key);
    if (object === undefined) return undefined;
    const known = this.#decoded.get(object);
    if (known !== undefined) return known;
    const decoded = decodePartitionCheckpoint(object.body, key, (value) => letterHandler.parseState(value));
    this.#decoded.set(object, decoded);
    return decoded;
  }

  /** What a reader finds: the rows and dead letters of a partition as one text. Fails if files overlap. */
  letters(partition: number): string {
    let end = -1n;
    let text = '';
    const names = [...this.results.objects.keys()]
      .filter((key) => /^(rows|dead)\//.test(key) && key.split('/')[1] === String(partition))
      .map((key) => key.split('/')[2] ?? '');
    for (const name of [...new Set(names)].sort()) {
      const range = parseRange(name) ?? expect.fail(`${name} is no range`);
      if (range.startOffset < end) expect.fail(`${name} overlaps the range before it`);
      end = range.endOffset;
      const rows = ['rows', 'dead'].flatMap((kind) => {
        const body = this.results.objects.get(`${kind}/${partition}/${name}`)?.body;
        return body === undefined ? [] : (JSON.parse(Buffer.from(body).toString()) as LetterRow[]);
      });
      for (const { letter } of rows.sort((a, b) => Number(a.offset) - Number(b.offset))) text += letter;
    }
    return text;
  }

  published(): PublishedCounts {
    const body = this.results.objects.get('_counts')?.body;
    return body === undefined
      ? { ends: {}, counts: {} }
      : (JSON.parse(Buffer.from(body).toString()) as PublishedCounts);
  }
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
