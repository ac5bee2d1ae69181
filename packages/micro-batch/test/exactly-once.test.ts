import { formatRange, parseRange, silentLogger, StreamingQuery } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  createRandom,
  ManualClock,
  MemoryLog,
  MemoryObjects,
  SimulatedHost,
  Simulation,
} from '@client-tickets/micro-batch/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createLetterPublisher,
  letterHandler,
  type LetterCounts,
  type LetterRow,
  type PublishedCounts,
} from './letter-query.ts';

const RUNS = Number(process.env['EXACTLY_ONCE_RUNS'] ?? 1_000);
const TOPIC = 'letters';

interface Scenario {
  readonly seed: number;
  readonly partitions: number;
  readonly consumers: number;
  readonly records: number;
  readonly maxOffsetsPerTrigger: number;
  readonly crash: number;
  readonly error: number;
  /** The second consumer believes that it owns everything. */
  readonly twoAtOnce: boolean;
}

const scenarios = fc.record<Scenario>({
  seed: fc.integer(),
  partitions: fc.integer({ min: 1, max: 3 }),
  consumers: fc.integer({ min: 1, max: 3 }),
  records: fc.integer({ min: 0, max: 40 }),
  maxOffsetsPerTrigger: fc.constantFrom(0, 1, 2, 5, 20),
  crash: fc.constantFrom(0, 0.01, 0.05),
  error: fc.constantFrom(0, 0.05, 0.2),
  twoAtOnce: fc.boolean(),
});

test(`each record ends in exactly one file, whatever crashes, freezes or gets lost (${RUNS} runs)`, async () => {
  await fc.assert(fc.asyncProperty(scenarios, simulate), { numRuns: RUNS });
});

/** Runs a scenario to its end. Invariants of the stores are checked at every write, the whole outcome at the end. */
async function simulate(scenario: Scenario): Promise<void> {
  const random = createRandom(scenario.seed);
  const clock = new ManualClock();
  const simulation = new Simulation(random, clock);
  const log = new MemoryLog(TOPIC, scenario.partitions);
  log.chunkSize = 1 + random.below(8);
  const results = new MemoryObjects();
  const checkpoints = new MemoryObjects();
  const invariants = watchResults(results, log);

  let failure: string | undefined;
  const start = (index: number) => {
    const host = new SimulatedHost(simulation, scenario);
    const source = log.createSource({ alone: scenario.twoAtOnce && index === 1, schedule: host.schedule });
    const store = host.connect(createMemoryObjectStore('memory://results/', results));
    StreamingQuery.start({
      name: `consumer-${index}`,
      source,
      handler: letterHandler,
      publisher: createLetterPublisher(store),
      checkpoints: host.connect(createMemoryObjectStore('memory://checkpoints/', checkpoints)),
      results: store,
      trigger: { kind: 'interval', everyMs: 10 },
      clock: host.clock(),
      logger: silentLogger,
      newId: () => `id-${random.below(1_000_000)}`,
      maxOffsetsPerTrigger: scenario.maxOffsetsPerTrigger,
      maxBytesPerTrigger: 2_000,
      outageTimeoutMs: Number.MAX_SAFE_INTEGER,
      listener: {
        onStatus: ({ state, message }) => {
          if (state === 'failed') failure = message;
        },
      },
    });
    return { host, source };
  };

  const consumers = Array.from({ length: scenario.consumers }, (_, index) => start(index));
  let left = scenario.records;
  for (let step = 0; left > 0 || !invariants.isComplete(); step += 1) {
    if (step === 30_000) expect.fail('the simulation does not come to an end');
    if (failure !== undefined) expect.fail(failure);
    await simulation.step();
    if (left > 0 && random.chance(0.3)) {
      left -= 1;
      appendSomething();
    }
    if (random.chance(0.01)) log.rebalance(random.below(3));
    for (const { host } of consumers) {
      if (host.state === 'running' && random.chance(0.002)) host.state = 'frozen';
      else if (host.state === 'frozen' && random.chance(0.01)) host.state = 'running';
    }
    for (const [index, { host, source }] of consumers.entries()) {
      if (host.state !== 'crashed' || !random.chance(0.1)) continue;
      await source.stop(); // the group misses it
      consumers[index] = start(index);
    }
    if (step === 5_000) for (const { host } of consumers) host.rates = { crash: 0, error: 0 };
  }
  invariants.checkOutcome();
  for (const { host } of consumers) host.state = 'crashed';

  function appendSomething(): void {
    const partition = random.below(scenario.partitions);
    const skip = random.chance(0.1) ? BigInt(1 + random.below(3)) : 0n;
    const value = random.chance(0.1) ? null : Buffer.from(random.pick(['a', 'b', 'c', '!']) ?? 'a');
    if (random.chance(0.03)) log.appendMarkers(partition, 1n);
    log.append(partition, value, { skip });
  }
}

/** Holds the results to their promises: at every write, and as a whole at the end. */
function watchResults(results: MemoryObjects, log: MemoryLog) {
  const contents = new Map<string, string>();
  let published: PublishedCounts = { ends: {}, counts: {} };

  const read = (key: string): string => Buffer.from(results.objects.get(key)?.body ?? []).toString();
  const rangesOf = (partition: number) =>
    [
      ...new Set(
        [...contents.keys()]
          .filter((key) => key.split('/')[1] === String(partition))
          .map((key) => key.split('/')[2]),
      ),
    ]
      .map((text) => parseRange(text ?? '') ?? expect.fail(`${text} is no range`))
      .sort((a, b) => Number(a.startOffset - b.startOffset));

  const lettersBefore = (ends: PublishedCounts['ends']): LetterCounts => {
    const counts: Record<string, number> = {};
    for (const [partition, end] of Object.entries(ends)) {
      for (const { offset, value } of log.records(Number(partition))) {
        const letter = value === null ? '!' : Buffer.from(value).toString();
        if (offset < BigInt(end) && letter !== '!') counts[letter] = (counts[letter] ?? 0) + 1;
      }
    }
    return counts;
  };

  results.onWrite = (key) => {
    if (key === '_counts') {
      const next = JSON.parse(read(key)) as PublishedCounts;
      for (const [partition, end] of Object.entries(published.ends)) {
        if (BigInt(next.ends[partition] ?? -1) < BigInt(end)) expect.fail(`counts go back from ${end}`);
      }
      expect(next.counts, 'counts equal the rows before their end offsets').toEqual(lettersBefore(next.ends));
      published = next;
    } else if (!key.startsWith('_')) {
      const content = read(key);
      if (contents.get(key) === content) return;
      expect(contents.has(key), `${key} never changes`).toBe(false);
      contents.set(key, content);
      const ranges = rangesOf(Number(key.split('/')[1]));
      for (const [index, range] of ranges.entries()) {
        const before = ranges[index - 1];
        if (before !== undefined && range.startOffset < before.endOffset)
          expect.fail(`ranges overlap at ${key}`);
      }
    }
  };

  return {
    /** Whether readers see everything that the log holds. */
    isComplete: () =>
      log.partitions.every((partition) => {
        const { latest } = log.offsets(partition);
        return latest === 0n || published.ends[partition] === latest.toString();
      }),
    checkOutcome: () => {
      for (const partition of log.partitions) {
        const rows = rangesOf(partition).flatMap((range) =>
          ['dead', 'rows'].flatMap((kind) => {
            const text = contents.get(`${kind}/${partition}/${formatRange(range)}`);
            return text === undefined ? [] : (JSON.parse(text) as LetterRow[]);
          }),
        );
        const expected = log.records(partition).map(({ offset, value }) => ({
          offset: offset.toString(),
          letter: value === null ? '!' : Buffer.from(value).toString(),
        }));
        expect(rows.sort((a, b) => Number(a.offset) - Number(b.offset))).toEqual(expected);
      }
    },
  };
}
