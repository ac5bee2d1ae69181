import { ManualClock } from '@client-tickets/micro-batch/testing';
import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Latencies, LATENCY_BUCKETS } from '../../src/freshness/latencies.ts';
import { RecentLatencies } from '../../src/freshness/recent-latencies.ts';

describe('latencies', () => {
  it('are the histogram that prom-client makes of the same values', async () => {
    const registers = [new Registry()];
    const histogram = new Histogram({
      name: 'x_seconds',
      help: 'X.',
      buckets: [...LATENCY_BUCKETS],
      registers,
    });
    const latencies = new Latencies();
    for (const [seconds, count] of [
      [0, 1],
      [0.05, 2],
      [0.051, 3],
      [59.5, 2],
      [601, 1],
    ] as const) {
      latencies.add(seconds, count);
      for (let each = 0; each < count; each += 1) histogram.observe(seconds);
    }
    const ours = latencies.render('x_seconds', 'X.').trim().split('\n');
    const theirs = (await registers[0]?.metrics())?.trim().split('\n');
    expect(ours).toEqual(theirs);
  });

  it('interpolate a quantile within its bucket, as Prometheus does', () => {
    const latencies = new Latencies();
    expect(latencies.quantile(0.5)).toBeUndefined();
    latencies.add(0.8, 50);
    latencies.add(1.1, 50);
    expect(latencies.quantile(0.5)).toBe(1);
    expect(latencies.quantile(0.75)).toBe(1.125);
    expect(latencies.quantile(1)).toBe(1.25);
  });

  it('say no more than the last bound of those that are beyond it', () => {
    const latencies = new Latencies();
    latencies.add(86_400, 1);
    expect(latencies.quantile(0.5)).toBe(600);
  });
});

describe('the latencies of the last minute', () => {
  it('forget what is older', () => {
    const clock = new ManualClock();
    const recent = new RecentLatencies(clock, 60_000);
    recent.add(1, 10);
    clock.advance(30_000);
    recent.add(2, 5);
    expect(recent.all().count).toBe(15);
    clock.advance(40_000);
    expect(recent.all().count).toBe(5);
    clock.advance(30_000);
    expect(recent.all().count).toBe(0);
  });
});
