import { ProducedTimes } from '@client-tickets/micro-batch';
import { ManualClock } from '@client-tickets/micro-batch/testing';
import { describe, expect, it } from 'vitest';
import { createFreshness, type Freshness } from '../../src/freshness/freshness.ts';
import type { Latencies } from '../../src/freshness/latencies.ts';

interface Measured {
  readonly clock: ManualClock;
  readonly freshness: Freshness;
  /** Tells of a batch whose records were produced so many milliseconds ago; `waiting` follow it. */
  readonly count: (agesMs: readonly number[], waiting?: number) => void;
  /** Tells of files up to where batches have come, or somewhere else. */
  readonly store: (endOffset?: bigint) => void;
}

/** A consumer that has had its partition for `ownedMs`. */
function measure({ ownedMs = 60_000 } = {}): Measured {
  const clock = new ManualClock();
  const freshness = createFreshness(clock);
  freshness.own([0]);
  clock.advance(ownedMs);
  let endOffset = 0n;
  return {
    clock,
    freshness,
    count(agesMs, waiting = 0) {
      const startOffset = endOffset;
      endOffset += BigInt(agesMs.length);
      const produced = new ProducedTimes();
      for (const age of agesMs) produced.add(clock.now() - age, 1);
      const range = { startOffset, endOffset, rows: agesMs.length, deadLetters: 0 };
      freshness.addBatch(
        0,
        { ...range, batchId: 0, at: new Date(clock.now()).toISOString() },
        { ...range, partition: 0, latestOffset: endOffset + BigInt(waiting), observations: {}, produced },
      );
    },
    store(end = endOffset) {
      const at = new Date(clock.now()).toISOString();
      freshness.addFiles(0, {
        startOffset: 0n,
        endOffset: end,
        rows: 0,
        deadLetters: 0,
        files: [],
        plannedAt: at,
        storedAt: at,
      });
    },
  };
}

/** Seconds of each record, on average. */
function mean(latencies: Latencies): number {
  const sum = Number(/_sum (\S+)/.exec(latencies.render('x', 'X.'))?.[1]);
  return sum / latencies.count;
}

describe('freshness', () => {
  it('is how long ago the records of a batch were produced when it is counted', () => {
    const { freshness, count } = measure();
    count([500, 1_500]);
    expect(freshness.counted.all.count).toBe(2);
    expect(mean(freshness.counted.all)).toBeCloseTo(1, 1);
    expect(freshness.stored.all.count).toBe(0);
    expect(freshness.backlogRecords).toBe(0);
  });

  it('is for files how long ago all the records in them were produced, of many batches', () => {
    const { clock, freshness, count, store } = measure();
    count([1_000]);
    clock.advance(30_000);
    count([1_000]);
    clock.advance(20_000);
    store();
    expect(freshness.stored.all.count).toBe(2);
    expect(mean(freshness.stored.all)).toBeCloseTo((51 + 21) / 2, 1);
    store();
    expect(freshness.stored.all.count).toBe(2);
  });

  it('is measured for files, too, that are reported before the batch that they end with', () => {
    const { freshness, count, store } = measure();
    count([1_000]);
    store(2n);
    count([1_000]);
    expect(freshness.stored.all.count).toBe(2);
  });

  it('leaves records that were counted after the plan of the files to the next ones', () => {
    const { freshness, count, store } = measure();
    count([1_000]);
    count([1_000]);
    store(1n);
    expect(freshness.stored.all.count).toBe(0);
    store();
    expect(freshness.stored.all.count).toBe(2);
  });

  it('does not go below zero when the clock of a producer is ahead', () => {
    const { freshness, count } = measure();
    count([-5_000]);
    expect(mean(freshness.counted.all)).toBe(0);
  });

  it('leaves out records that were produced before this consumer got the partition', () => {
    const { freshness, count, store } = measure({ ownedMs: 2_000 });
    count([1_000, 3_000, 86_400_000]);
    store();
    expect(freshness.counted.all.count).toBe(1);
    expect(freshness.stored.all.count).toBe(1);
    expect(freshness.backlogRecords).toBe(2);
    expect(freshness.isCatchingUp(0)).toBe(false);
  });

  it('leaves out records that waited behind a backlog, until one batch leaves no more than it took', () => {
    const { freshness, count } = measure();
    count([1_000, 1_000], 3);
    expect(freshness.isCatchingUp(0)).toBe(true);
    count([1_000, 1_000], 1);
    expect(freshness.isCatchingUp(0)).toBe(false);
    expect(freshness.backlogRecords).toBe(4);
    count([1_000]);
    expect(freshness.counted.all.count).toBe(1);
  });

  it('includes all that is slow later: a load that it cannot keep up with is no backlog', () => {
    const { freshness, count } = measure();
    count([1_000]);
    count([1_000], 1_000);
    expect(freshness.isCatchingUp(0)).toBe(false);
    expect(freshness.counted.all.count).toBe(2);
    expect(freshness.backlogRecords).toBe(0);
  });

  it('begins again for a partition that was away', () => {
    const { clock, freshness, count } = measure();
    freshness.own([]);
    clock.advance(10_000);
    freshness.own([0]);
    count([5_000]);
    expect(freshness.counted.all.count).toBe(0);
    expect(freshness.backlogRecords).toBe(1);
  });

  it('is known of the last minute for people who look now', () => {
    const { clock, freshness, count } = measure();
    count([1_000]);
    clock.advance(120_000);
    expect(freshness.counted.recent.count).toBe(0);
    expect(freshness.counted.all.count).toBe(1);
  });
});
