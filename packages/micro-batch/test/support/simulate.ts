import {
  RecordBlock,
  positionIn,
  silentLogger,
  StreamingQuery,
  type BatchHandler,
  type RecordChunk,
} from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  createRandom,
  type Random,
  ManualClock,
  MemoryLog,
  MemoryObjects,
  SimulatedHost,
  Simulation,
} from '@client-tickets/micro-batch/testing';
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  createLetterPublisher,
  letterHandler,
  tickingHandler,
  type LetterCounts,
  type LetterRow,
} from './letter-query.ts';
import { watchInvariants } from './result-invariants.ts';

const TOPIC = 'letters';

/** Runs of all simulations together. */
export const RUNS = Number(process.env['EXACTLY_ONCE_RUNS'] ?? 1_000);

/**
 * After so many steps, and so long, without a record and without faults, everything must have been read: pauses are 5 s at most, in
 * which another consumer may look at its idle partitions some thousand times.
 */
const MANY_STEPS = 30_000;
const LONG_MS = 30_000;

export interface Scenario {
  readonly seed: number;
  readonly partitions: number;
  readonly consumers: number;
  readonly records: number;
  readonly maxOffsetsPerTrigger: number;
  readonly crash: number;
  readonly error: number;
  /** The second consumer believes that it owns everything. */
  readonly twoAtOnce: boolean;
  /** Old records leave the log, whether or not they were read. */
  readonly retention: boolean;
  /** Each partition may be made again once, with other records under the same offsets. */
  readonly replacement?: boolean;
  /** Some chunks have records at offsets that they can't have. Consumers must fail at each, and are started again. */
  readonly lies?: boolean;
}

/** Any scenario but for retention, which changes what may be expected. */
export const scenarios = fc.record({
  seed: fc.integer(),
  partitions: fc.integer({ min: 1, max: 3 }),
  consumers: fc.integer({ min: 1, max: 3 }),
  records: fc.integer({ min: 0, max: 20 }),
  maxOffsetsPerTrigger: fc.constantFrom(0, 1, 2, 5, 20),
  crash: fc.constantFrom(0, 0.01, 0.05),
  error: fc.constantFrom(0, 0.05, 0.2),
  twoAtOnce: fc.boolean(),
});

/** Runs a scenario to its end. Invariants of the stores are checked at every write, the whole outcome at the end. */
export async function simulate(
  scenario: Scenario,
): Promise<{ readonly lies: number; readonly refusals: number }> {
  const random = createRandom(scenario.seed);
  const growth = createRandom(scenario.seed + 1);
  const clock = new ManualClock();
  const simulation = new Simulation(random, clock);
  const log = new MemoryLog(TOPIC, scenario.partitions);
  log.chunkSize = 1 + random.below(8);
  log.isSlow = random.chance(0.5);
  log.isStrict = random.chance(0.5);
  // Where the record may be missing that a log is known by, only its name can tell it from another one.
  const isNamed = scenario.retention || random.chance(0.5);
  if (isNamed) log.nameLog = (partition, turn) => `${partition}-${turn}`;
  let refusals = 0;
  let lies = 0;
  if (scenario.lies === true) {
    log.distort = (chunk) => {
      if (chunk.records.length === 0 || !random.chance(0.1)) return chunk;
      lies += 1;
      return lieAboutOffsets(chunk, random);
    };
  }
  const isPatient = random.chance(0.5);
  const plainHandler = random.chance(0.7) ? tickingHandler : letterHandler;
  const idleMs = random.pick([0, 15, 60, 1_000]) ?? 0;
  const rollover = {
    intervalMs: random.pick([0, 0, 50, 200]) ?? 0,
    bytes: random.pick([60, 200, 1_000_000]) ?? 60,
    inactivityMs: random.pick([15, 100]) ?? 15,
  };
  const results = new MemoryObjects();
  const checkpoints = new MemoryObjects();
  checkpoints.hasContentEtags = random.chance(0.5);
  const history: LetterRow[][] = log.partitions.map(() => []);
  const invariants = watchInvariants({ log, results, checkpoints, history });

  let failure: string | undefined;
  const hosts: SimulatedHost[] = [];
  const start = (index: number) => {
    const host = new SimulatedHost(simulation, scenario);
    hosts.push(host);
    const source = log.createSource({ alone: scenario.twoAtOnce && index === 1, schedule: host.schedule });
    const store = host.connect(createMemoryObjectStore('memory://results/', results));
    const clock = host.clock();
    const handler: BatchHandler<LetterCounts> = {
      ...plainHandler,
      openFiles: (start) => {
        const files = plainHandler.openFiles(start);
        const add = files.add.bind(files);
        return Object.assign(files, {
          add: async (...[batch, state]: Parameters<typeof add>) => {
            if (isPatient) await clock.sleep(random.below(20)); // others go on meanwhile
            return add(batch, state);
          },
        });
      },
    };
    const query = StreamingQuery.start({
      name: `consumer-${index}`,
      source: host.connectSource(source),
      handler,
      publisher: createLetterPublisher(store),
      checkpoints: host.connect(createMemoryObjectStore('memory://checkpoints/', checkpoints)),
      results: store,
      trigger: { kind: 'interval', everyMs: random.chance(0.5) ? 10 : 0 },
      clock,
      logger: silentLogger,
      newId: () => `id-${random.below(1_000_000)}`,
      maxOffsetsPerTrigger: scenario.maxOffsetsPerTrigger,
      maxBytesAtOnce: random.chance(0.2) ? 200 : 2_000,
      countEveryMs: growth.pick([0, 5, 500]) ?? 0,
      rollover,
      idleMs,
      failOnDataLoss: false,
      truncationWaitMs: 20,
      outageTimeoutMs: Number.MAX_SAFE_INTEGER,
      listener: {
        onStatus: ({ state, message }) => {
          if (state !== 'failed') return;
          if (
            scenario.lies === true &&
            /^The source brought a record of letters, partition \d, at offset/.test(message)
          ) {
            refusals += 1;
            consumer.isStopped = true; // and started again
          } else failure = message;
        },
      },
    });
    const consumer = { host, source, query, isStopping: false, isStopped: false };
    return consumer;
  };

  const consumers = Array.from({ length: scenario.consumers }, (_, index) => start(index));
  let left = scenario.records;
  let quiet = 0; // steps since the last record
  let quietSince = clock.monotonic();
  while (left > 0 || !invariants.isComplete()) {
    const isCalm = quiet > 1_000; // nothing happens any more that could help a consumer that is stuck
    if (quiet > MANY_STEPS && clock.monotonic() - quietSince > LONG_MS)
      expect.fail('the consumers are stuck');
    if (quiet > 4 * MANY_STEPS) expect.fail('the consumers are busy, and do not come to an end');
    if (failure !== undefined) expect.fail(failure);
    await simulation.step();
    quiet += 1;
    if (left > 0 && random.chance(0.1)) {
      left -= 1;
      quiet = 0;
      quietSince = clock.monotonic();
      appendSomething();
    }
    if (!isCalm && random.chance(0.01)) {
      log.rebalance(random.below(3));
      if (random.chance(0.5)) log.rebalance(random.below(3)); // partitions go, and come back at once
    }
    if (scenario.retention && !isCalm && random.chance(0.01)) expireSomething();
    if (scenario.replacement === true && !isCalm && random.chance(0.005)) replaceSomething();
    for (const { host } of consumers) {
      if (isCalm) host.rates = { crash: 0, error: 0 };
      if (host.state === 'running' && !isCalm && random.chance(0.002)) host.state = 'frozen';
      else if (host.state === 'frozen' && random.chance(0.01)) host.state = 'running';
    }
    for (const [index, consumer] of consumers.entries()) {
      const { host, source, query } = consumer;
      if (host.state === 'running' && !isCalm && !consumer.isStopping && random.chance(0.001)) {
        consumer.isStopping = true;
        const stopped = query.stop({ budgetMs: random.pick([0, 10, 1_000]) ?? 0 });
        void stopped.then(() => (consumer.isStopped = true)); // what was abandoned goes on beside the next one
      }
      if (!consumer.isStopped && (host.state !== 'crashed' || !random.chance(0.1))) continue;
      await source.stop(); // the group misses it
      consumers[index] = start(index);
    }
  }
  invariants.checkOutcome();
  for (const host of hosts) host.state = 'crashed';
  return { lies, refusals };

  function appendSomething(): void {
    const partition = random.below(scenario.partitions);
    const hasHoles = isNamed || log.turn(partition) === 0;
    const skip = hasHoles && random.chance(0.1) ? BigInt(1 + random.below(3)) : 0n;
    const letter = random.pick(['a', 'b', 'c', '!']) ?? 'a';
    if (hasHoles && random.chance(0.03)) log.appendMarkers(partition, 1n);
    const turn = log.turn(partition);
    const position = positionIn(BigInt(turn), log.offsets(partition).latest + skip);
    history[partition]?.push({ offset: position.toString(), letter });
    log.append(partition, random.chance(0.5) && letter === '!' ? null : Buffer.from(letter), {
      skip,
      timestamp: turn,
    });
  }

  /** Not before something was read: until then any log is the right one. */
  function replaceSomething(): void {
    const partition = random.below(scenario.partitions);
    if (log.turn(partition) === 0 && invariants.hasRead(partition)) log.recreate(partition);
  }

  function expireSomething(): void {
    const partition = random.below(scenario.partitions);
    const { earliest, latest } = log.offsets(partition);
    log.removeBefore(partition, earliest + BigInt(random.below(Number(latest - earliest) + 1)));
  }
}

/** Overlapping, repeated or descending offsets, or ones from somewhere else. */
function lieAboutOffsets(chunk: RecordChunk, random: Random): RecordChunk {
  const records = [...chunk.records];
  const index = random.below(records.length);
  const offsets = [
    chunk.startOffset - 1n,
    chunk.endOffset,
    chunk.endOffset + 1_000_000n,
    ...records.slice(0, index).map(({ offset }) => offset),
  ];
  const offset = random.pick(offsets) ?? chunk.endOffset;
  const lying = records.map((record, at) => (at === index ? { ...record, offset } : record));
  return { ...chunk, records: RecordBlock.of(lying) };
}
