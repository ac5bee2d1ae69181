import type { ObjectStore, StoredFiles } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  createRandom,
  handleBatch,
  ManualClock,
  MemoryObjects,
  SimulatedHost,
  Simulation,
} from '@client-tickets/micro-batch/testing';
import { ticketQuery } from '@client-tickets/tickets';
import { CheckpointWriter } from '../src/delta/checkpoint-writer.ts';
import { tableColumns } from '../src/delta/table-schema.ts';
import { TableWriter } from '../src/delta/table-writer.ts';
import { createQueryHandler, optimizeTable, readTable } from '../src/index.ts';
import { generateTickets, toTicketBatch, topic } from './records.ts';

const handler = createQueryHandler(ticketQuery, { formats: ['parquet'] });
const LOCATION = 'memory://results/';

/** As a consumer keeps a table: commits, and checkpoints beside them. */
export function openTable(
  results: ObjectStore,
  { clock = new ManualClock(), checkpointEvery = 3 } = {},
): {
  readonly writer: TableWriter;
  readonly checkpoints: CheckpointWriter;
  readonly settled: () => Promise<unknown>;
} {
  const options = { results, table: 'tickets', topic, clock };
  const checkpoints = new CheckpointWriter({ ...options, checkpointEvery });
  const writing: Promise<unknown>[] = [];
  const writer = new TableWriter({
    ...options,
    columns: tableColumns(ticketQuery, false),
    newId: () => '11111111-2222-4333-8444-555555555555',
    onCommit: (version) => {
      if (checkpoints.isDue(version)) writing.push(checkpoints.write(version).catch(() => undefined));
    },
  });
  return { writer, checkpoints, settled: () => Promise.all(writing) };
}

/** The engine has stored so many tickets from an offset on. */
export async function storeTickets(
  objects: MemoryObjects,
  partition: number,
  startOffset: bigint,
  count: number,
): Promise<StoredFiles> {
  const batch = toTicketBatch(generateTickets(count), partition, startOffset);
  const { files, rows } = await handleBatch(handler, batch, handler.initialState);
  for (const { key, body } of files) objects.write(key, body);
  const written = files.map(({ key, body }) => ({ key, size: body.length }));
  const at = '2026-11-22T09:30:00.000Z';
  const range = { startOffset, endOffset: startOffset + BigInt(count) };
  return { ...range, rows, deadLetters: 0, files: written, plannedAt: at, storedAt: at };
}

export interface Scenario {
  readonly seed: number;
  readonly writers: number;
  readonly ranges: number;
  readonly crash: number;
  readonly error: number;
}

/**
 * Consumers that add files to a table, and others that merge them, all of which are killed and cut off while more is stored. `look` is called at random moments, once
 * all is done that still comes, and once all of that is merged and in a checkpoint.
 */
export async function simulateTable(
  { seed, writers: count, ranges, crash, error }: Scenario,
  look: (objects: MemoryObjects) => Promise<void>,
): Promise<void> {
  const random = createRandom(seed);
  const clock = new ManualClock();
  const simulation = new Simulation(random, clock);
  const objects = new MemoryObjects();
  const ends = new Map<number, bigint>();
  const start = () => {
    const host = new SimulatedHost(simulation, { crash, error });
    const results = host.connect(createMemoryObjectStore(LOCATION, objects));
    return { host, writer: openTable(results, { clock, checkpointEvery: 2 }).writer };
  };
  const writers = Array.from({ length: count }, start);
  for (let stored = 0; stored < ranges; stored += 1) {
    const partition = random.below(3);
    const range = await storeTickets(objects, partition, ends.get(partition) ?? 0n, 1 + random.below(3));
    ends.set(partition, range.endOffset);
    const index = random.below(count);
    if (writers[index]?.host.state === 'crashed') writers[index] = start();
    const frontier = { endOffset: range.endOffset, recent: [range] };
    void writers[index]?.writer.commit(new Map([[partition, frontier]])).catch(() => undefined);
    if (random.chance(0.2)) {
      const results = new SimulatedHost(simulation, { crash, error }).connect(
        createMemoryObjectStore(LOCATION, objects),
      );
      void optimizeTable({ ...MERGING, results, clock }).catch(() => undefined);
    }
    for (let steps = random.below(40); steps > 0; steps -= 1) await simulation.step();
    if (random.chance(0.3)) await look(objects);
  }
  for (let steps = 0; steps < 500; steps += 1) await simulation.step(); // late ones arrive
  const results = createMemoryObjectStore(LOCATION, objects);
  const { writer, checkpoints, settled } = openTable(results, { clock });
  await writer.commit(new Map([...ends].map(([each, endOffset]) => [each, { endOffset, recent: [] }])));
  await settled();
  await look(objects);
  await optimizeTable({ ...MERGING, results, clock });
  const table = await readTable(results, { table: 'tickets', topic });
  if (table !== undefined) await checkpoints.write(table.version);
  await look(objects);
}

const MERGING = { query: ticketQuery, hasExtra: false, topic, targetBytes: 50_000 };
