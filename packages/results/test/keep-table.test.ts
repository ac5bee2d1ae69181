import { describe, expect, test } from 'vitest';
import type { StoredFiles } from '@client-tickets/micro-batch';
import { handleBatch } from '@client-tickets/micro-batch/testing';
import { ticketQuery } from '@client-tickets/tickets';
import { createQueryHandler, keepTable, readTable, type TableKeeper } from '../src/index.ts';
import { createBreakablePlace } from './breakable-place.ts';
import { generateTickets, toTicketBatch, topic } from './records.ts';

const handler = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });

/** Where consumers that add files to a table find them. */
function createPlace(formats: readonly ('json' | 'parquet')[] = ['json', 'parquet']) {
  const place = createBreakablePlace();
  const { objects, memory, results, clock, logger } = place;
  const newId = () => '11111111-2222-4333-8444-555555555555';
  const ends = new Map<number, bigint>();
  return {
    ...place,
    keep: (more: { readonly checkpointEvery?: number } = {}): TableKeeper =>
      keepTable({
        query: ticketQuery,
        hasExtra: false,
        formats,
        topic,
        results,
        clock,
        logger,
        newId,
        ...more,
      }),
    /** Two tickets more of a partition. */
    async store(partition: number): Promise<StoredFiles> {
      const startOffset = ends.get(partition) ?? 0n;
      const { files, rows } = await handleBatch(
        handler,
        toTicketBatch(generateTickets(2), partition, startOffset),
        handler.initialState,
      );
      for (const { key, body } of files) objects.write(key, body);
      const at = new Date(clock.now()).toISOString();
      const written = files.map(({ key, body }) => ({ key, size: body.length }));
      ends.set(partition, startOffset + 2n);
      return {
        startOffset,
        endOffset: startOffset + 2n,
        rows,
        deadLetters: 0,
        files: written,
        plannedAt: at,
        storedAt: at,
      };
    },
    status: (...partitions: readonly number[]) => ({
      partitions: partitions.map((partition) => ({ partition, storedOffset: ends.get(partition) ?? 0n })),
    }),
    table: () => readTable(memory, { table: 'tickets', topic }),
    parquet: () => objects.keys(/partition=.*\.parquet$/),
    logged: () => objects.keys(/_delta_log/).map((key) => key.split('/')[2]),
  };
}

describe('a consumer', () => {
  test('adds the files of a round in one commit', async () => {
    const place = createPlace();
    const { listener } = place.keep();
    for (const partition of [0, 1, 2, 0]) listener.onFiles?.(partition, await place.store(partition));
    await place.pass(1_000);
    const table = await place.table();
    expect(table?.version).toBe(0);
    expect([...(table?.files.keys() ?? [])].sort()).toEqual(place.parquet());
  });

  test('writes a checkpoint of the log when one is due, and is stopped after it', async () => {
    const place = createPlace();
    const { listener, close } = place.keep({ checkpointEvery: 1 });
    listener.onFiles?.(0, await place.store(0));
    await place.pass(1_000);
    expect(place.logged()).not.toContain('_last_checkpoint');
    listener.onFiles?.(1, await place.store(1));
    await close({ budgetMs: 1_000 });
    expect(place.logged()).toContain('00000000000000000001.checkpoint.parquet');
    expect(place.logged()).toContain('_last_checkpoint');
    expect((await place.table())?.files.size).toBe(2);
  });

  test('adds what waits when it is stopped, without waiting for more', async () => {
    const place = createPlace();
    const { listener, close } = place.keep();
    listener.onFiles?.(0, await place.store(0));
    await close({ budgetMs: 1_000 });
    expect((await place.table())?.files.size).toBe(1);
  });

  test('goes on when the table cannot be written, says so, and makes it good by itself', async () => {
    const place = createPlace();
    const { listener } = place.keep();
    place.break(true);
    listener.onFiles?.(0, await place.store(0));
    await place.pass(1_000);
    listener.onFiles?.(1, await place.store(1));
    expect(await place.table()).toBeUndefined();
    expect(place.warnings).toEqual(['files are stored, but could not be added to the table yet']);
    place.break(false);
    await place.pass(10_000);
    await place.pass(1_000);
    expect([...((await place.table())?.files.keys() ?? [])].sort()).toEqual(place.parquet());
  });

  test('gives up a table that cannot be written when it is stopped; the next one makes it good at its start', async () => {
    const place = createPlace();
    const first = place.keep();
    place.break(true);
    first.listener.onFiles?.(0, await place.store(0));
    await first.close({ budgetMs: 1_000 });
    expect(await place.table()).toBeUndefined();
    place.break(false);
    const next = place.keep();
    next.listener.onStatus?.(place.status());
    next.listener.onStatus?.(place.status(0));
    await next.close({ budgetMs: 1_000 });
    expect([...((await place.table())?.files.keys() ?? [])]).toEqual(place.parquet());
  });

  test('is stopped in time when the store does not answer', async () => {
    const place = createPlace();
    const { listener, close } = place.keep();
    place.hang();
    listener.onFiles?.(0, await place.store(0));
    const closed = close({ budgetMs: 4_000 });
    await place.pass(4_000);
    await closed;
    expect(await place.table()).toBeUndefined();
  });

  test('adds what the former owner of a partition had stored and not added', async () => {
    const place = createPlace();
    await place.store(0);
    const { listener, close } = place.keep();
    listener.onFiles?.(1, await place.store(1));
    listener.onStatus?.(place.status(1, 0));
    await close({ budgetMs: 1_000 });
    expect([...((await place.table())?.files.keys() ?? [])].sort()).toEqual(place.parquet());
  });

  test('makes no table without Parquet', async () => {
    const place = createPlace(['json']);
    const { listener, close } = place.keep();
    listener.onFiles?.(0, await place.store(0));
    await close({ budgetMs: 1_000 });
    expect(await place.table()).toBeUndefined();
  });
});
