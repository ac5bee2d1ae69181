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
  type QueryProgress,
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
import { expect } from 'vitest';
import { decodePartitionCheckpoint } from '../../src/checkpoint/partition-checkpoint-format.ts';
import {
  createLetterPublisher,
  letterHandler,
  type LetterCounts,
  type LetterRow,
  type PublishedCounts,
} from './letter-query.ts';

const TOPIC = 'letters';

export type Fault = 'hold' | 'hold the answer' | 'lose the answer' | 'fail' | 'refuse';

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
