import { isDeepStrictEqual } from 'node:util';
import {
  positionIn,
  silentLogger,
  StreamingQuery,
  type ObjectStore,
  type StoredObject,
} from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  createRandom,
  ManualClock,
  MemoryLog,
  MemoryObjects,
  SimulatedHost,
  Simulation,
  type Random,
} from '@client-tickets/micro-batch/testing';
import type { QueryState } from '@client-tickets/records';
import {
  createCountsPublisher,
  createQueryHandler,
  finalDays,
  finalUntil,
  keepTable,
  listFinalDays,
  readPublishedCounts,
  readPublishedWindows,
  shownWindows,
  windowTable,
  type ResultFormat,
} from '@client-tickets/results';
import { ticketQuery, createTicketGenerator, encodeTicket } from '@client-tickets/tickets';

export const TOPIC = 'client_tickets';

export interface HistoryOptions {
  readonly seed: number;
  readonly records: number;
  readonly partitions: number;
  /** Default: both. */
  readonly formats?: readonly ResultFormat[];
  readonly maxOffsetsPerTrigger: number;
  /** Of requests to the stores; default: 0. */
  readonly crash?: number;
  readonly error?: number;
  /** Whether retention overtakes the consumers now and then; default: no. */
  readonly losses?: boolean;
  /** How far apart their tickets are created, some hours late; default: a second, and none moves a watermark. */
  readonly apartMs?: number | undefined;
}

/** How many windows are late now and then, and by how much at the most. */
const LATE = { share: 0.1, hours: 4 };
const HOUR_MS = 3_600_000;

/** Everything that a run of the real engine leaves behind, and the means to let it run on. */
export interface History {
  readonly log: MemoryLog;
  readonly results: MemoryObjects;
  readonly checkpoints: MemoryObjects;
  readonly resultsStore: ObjectStore;
  readonly checkpointStore: ObjectStore;
  readonly clock: ManualClock;
  readonly random: Random;
  readonly simulation: Simulation;
  /** Of every object, oldest first. */
  readonly versions: ReadonlyMap<string, readonly StoredObject[]>;
  /** Lets one thing happen: a request, a record, a crash, a restart. */
  step(): Promise<void>;
  /** Until all records are in the results and the counts, without further faults. */
  finish(): Promise<void>;
  /** So many more records come. */
  add(records: number): void;
  /** All consumers crash, for good. */
  crash(): void;
  /** Finishes, and crashes. */
  end(): Promise<void>;
  /** Others take their place. */
  revive(): void;
}

/** Consumers that are started over a topic to which tickets, broken tickets and gaps are appended, with faults. */
export function startHistory(options: HistoryOptions): History {
  const { formats = ['json', 'parquet'], crash = 0, error = 0, losses = false } = options;
  const random = createRandom(options.seed);
  const clock = new ManualClock();
  const simulation = new Simulation(random, clock);
  const log = new MemoryLog(TOPIC, options.partitions);
  // The record that a log is known by may be missing from the next one; then its name alone tells the two apart.
  log.nameLog = (partition, turn) => `${partition}-${turn}`;
  const results = new MemoryObjects();
  const checkpoints = new MemoryObjects();
  const resultsStore = createMemoryObjectStore('memory://results/', results);
  const checkpointStore = createMemoryObjectStore('memory://checkpoints/', checkpoints);
  const { apartMs } = options;
  const generator = createTicketGenerator({ seed: options.seed, startTime: new Date(clock.now()) });
  let arrivedAt = clock.now();
  const versions = new Map<string, StoredObject[]>();
  for (const objects of [results, checkpoints]) {
    objects.onWrite = (key) => {
      const object = objects.objects.get(key);
      if (object !== undefined) versions.set(key, [...(versions.get(key) ?? []), object]);
    };
  }
  let left = options.records;
  let failure: string | undefined;

  const start = (index: number) => {
    const host = new SimulatedHost(simulation, { crash, error });
    const source = log.createSource({ schedule: host.schedule });
    const store = host.connect(resultsStore);
    const table = keepTable({
      query: ticketQuery,
      hasExtra: false,
      formats,
      topic: TOPIC,
      results: store,
      clock: host.clock(),
      logger: silentLogger,
      newId: () => '11111111-2222-4333-8444-555555555555',
    });
    const publisher = createCountsPublisher({ query: ticketQuery, store, topic: TOPIC });
    StreamingQuery.start({
      name: `consumer-${index}`,
      source,
      handler: createQueryHandler(ticketQuery, {
        formats,
        droppableUntil: () => publisher.droppableUntil(),
      }),
      publisher,
      checkpoints: host.connect(checkpointStore),
      results: store,
      trigger: { kind: 'interval', everyMs: 10 },
      clock: host.clock(),
      logger: silentLogger,
      newId: () => `id-${random.below(1_000_000)}`,
      maxOffsetsPerTrigger: options.maxOffsetsPerTrigger,
      ...(apartMs === undefined ? {} : { idleMs: 500 }),
      failOnDataLoss: false,
      outageTimeoutMs: Number.MAX_SAFE_INTEGER,
      listener: {
        ...table.listener,
        onStatus: (status) => {
          table.listener.onStatus?.(status);
          if (status.state === 'failed') failure = status.message;
        },
      },
    });
    return { host, source };
  };
  const consumers = [start(0), start(1)];

  const append = (): void => {
    left -= 1;
    const partition = random.below(options.partitions);
    const skip = random.chance(0.1) ? BigInt(1 + random.below(12)) : 0n;
    const broken = random.chance(0.15);
    const byMs = apartMs !== undefined && random.chance(LATE.share) ? random.below(LATE.hours * HOUR_MS) : 0;
    arrivedAt += apartMs ?? 0;
    const createdAt = apartMs === undefined ? undefined : new Date(arrivedAt - byMs);
    const value = broken
      ? random.pick([null, Buffer.from('{'), Buffer.from([0xff])])
      : encodeTicket(generator.next(createdAt));
    const timestamp = apartMs === undefined ? 0 : arrivedAt;
    log.append(partition, value ?? null, { skip, timestamp });
    if (random.chance(0.05)) log.appendMarkers(partition, 1n);
    if (losses && random.chance(0.05)) {
      const { earliest, latest } = log.offsets(partition);
      const kept = BigInt(random.below(3));
      log.removeBefore(partition, latest - kept > earliest ? latest - kept : earliest);
    }
  };

  const step = async (): Promise<void> => {
    if (failure !== undefined) throw new Error(failure);
    await simulation.step();
    if (left > 0 && random.chance(0.3)) append();
    if (random.chance(0.01)) log.rebalance(random.below(3));
    for (const [index, { host, source }] of consumers.entries()) {
      if (host.state !== 'crashed' || !random.chance(0.1)) continue;
      await source.stop();
      consumers[index] = start(index);
    }
  };

  const finish = async (): Promise<void> => {
    for (const { host } of consumers) host.rates = { crash: 0, error: 0 };
    options = { ...options, crash: 0, error: 0 };
    for (let steps = 0; ; steps += 1) {
      if (steps > 60_000) throw new Error('the history does not come to its end');
      if (left === 0 && steps % 50 === 0 && (await isPublished(log, checkpoints, resultsStore))) return;
      await step();
    }
  };
  const crashAll = (): void => {
    for (const { host } of consumers) host.state = 'crashed';
  };

  return {
    log,
    results,
    checkpoints,
    resultsStore,
    checkpointStore,
    clock,
    random,
    simulation,
    versions,
    step,
    finish,
    crash: crashAll,
    end: async () => {
      await finish();
      crashAll();
    },
    add: (records) => {
      left += records;
    },
    revive: () => {
      for (const [index, { source }] of consumers.entries()) {
        void source.stop();
        consumers[index] = start(index);
      }
    },
  };
}

/** Whether every offset is stored, and every counts file and file of windows shows it, as far as they can show it. */
async function isPublished(
  log: MemoryLog,
  checkpoints: MemoryObjects,
  results: ObjectStore,
): Promise<boolean> {
  const counted: { readonly totals: { readonly rows: number }; readonly state: QueryState }[] = [];
  for (const partition of log.partitions) {
    const { latest } = log.offsets(partition);
    const turn = log.turn(partition);
    const text = checkpoints.objects.get(`${TOPIC}/partition-${partition}.json`)?.body;
    const checkpoint =
      text &&
      (JSON.parse(Buffer.from(text).toString()) as {
        counted: (typeof counted)[number];
        stored: { endOffset: string };
      });
    if (checkpoint !== undefined) counted.push(checkpoint.counted);
    if (latest === 0n && turn === 0) continue;
    if (checkpoint?.stored.endOffset !== positionIn(BigInt(turn), latest).toString()) return false;
  }
  const rows = counted.reduce((sum, { totals }) => sum + totals.rows, 0); // more than are stored, where some were lost before they were
  if (counted.length === 0) return true;
  const { windows: file } = ticketQuery;
  const states = counted.flatMap(({ state }) => state.windows ?? []);
  if (file === undefined) throw new TypeError('tickets are counted by the hour');
  const until = counted.length < log.partitions.length ? undefined : finalUntil(states);
  const table = windowTable(file, states, until);
  const published = await readPublishedWindows(results, file);
  const shown = shownWindows(file, table, until).map(({ startMs, counts, isFinal }) => [
    startMs,
    isFinal,
    sumOf(counts),
  ]);
  const seen = published.kind === 'read' ? published.windows : [];
  const found = seen.map(({ start, counts, isFinal }) => [start, isFinal, sumOf(Object.values(counts))]);
  // JSON is put last.
  const whole = (await listFinalDays(results, file)).filter(({ keys }) => keys.json !== undefined);
  const days = new Set(whole.map(({ date }) => date));
  const counts = await readPublishedCounts(results, ticketQuery.countsFiles);
  return (
    isDeepStrictEqual(found, shown) &&
    [...finalDays(table, until).keys()].every((date) => days.has(date)) &&
    counts.every((each) => each.kind === 'read' && sumOf(Object.values(each.counts)) === rows)
  );
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
