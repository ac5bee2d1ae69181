import type { Clock } from '@client-tickets/micro-batch';
import { createTicketGenerator, parseTicket, type Ticket } from '@client-tickets/tickets';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { produceTickets, summarize, type ProduceOptions, type TicketMessage } from '../src/index.ts';

/** Every sleep ends at once, at the time that was asked for. */
function createHurryingClock(): Clock & { pass(ms: number): void } {
  let elapsed = 0;
  return {
    now: () => 1_795_339_800_000 + elapsed,
    monotonic: () => elapsed,
    async sleep(ms, signal) {
      if (signal?.aborted !== true) elapsed += ms;
    },
    pass: (ms) => void (elapsed += ms),
  };
}

function prepare(options: Partial<ProduceOptions> = {}) {
  const clock = createHurryingClock();
  const sent: { readonly atMs: number; readonly messages: readonly TicketMessage[] }[] = [];
  const run = (more: Partial<ProduceOptions> = {}) =>
    produceTickets({
      generator: createTicketGenerator({ seed: 7, startTime: new Date(0) }),
      send: async (messages) => void sent.push({ atMs: clock.monotonic(), messages }),
      clock,
      count: 200,
      ticketsPerSecond: 1,
      signal: new AbortController().signal,
      ...options,
      ...more,
    });
  const tickets = (): readonly Ticket[] =>
    sent
      .flatMap(({ messages }) => messages)
      .map(({ value }) => parseTicket(value))
      .flatMap((verdict) => (verdict.ok ? [verdict.record] : []));
  return { clock, sent, run, tickets };
}

const idsUpTo = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `TCK-${String(index + 1).padStart(5, '0')}`);

test('the default run is 200 tickets, one a second, the first at once', async () => {
  const { run, sent, tickets } = prepare();
  const production = await run();
  expect(sent.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 200 }, (_, index) => index * 1_000));
  expect(tickets().map(({ ticket_id }) => ticket_id)).toEqual(idsUpTo(200));
  expect(production).toMatchObject({ tickets: 200, seconds: 199 });
  const byType = Object.values(production.ticketsByType).reduce((sum, tickets) => sum + tickets, 0);
  expect(byType).toBe(200);
});

test('a message carries the client as key and the time of the ticket', async () => {
  const { run, sent, tickets } = prepare({ count: 3 });
  await run();
  for (const [index, { messages }] of sent.entries()) {
    const ticket = tickets()[index];
    expect(messages).toMatchObject([
      { key: ticket?.client_id, timestamp: 1_795_339_800_000 + index * 1_000 },
    ]);
    expect(ticket?.created_at).toBe(new Date(1_795_339_800_000 + index * 1_000).toISOString());
  }
});

test('time that sending takes does not make the rate drift', async () => {
  const { clock, run } = prepare({ count: 101, ticketsPerSecond: 10 });
  const production = await run({ send: async () => clock.pass(60) });
  expect(production.seconds).toBeCloseTo(10.06);
});

test('the rate holds on the whole, whatever it is and however long sending takes', async () => {
  const rate = fc.double({ min: 0.01, max: 5_000, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      rate,
      fc.integer({ min: 1, max: 300 }),
      fc.nat(15),
      async (ticketsPerSecond, count, latency) => {
        const { clock, run } = prepare({ count, ticketsPerSecond });
        const { tickets, seconds } = await run({ send: async () => clock.pass(latency) });
        expect(tickets).toBe(count);
        const ideal = (count - 1) / ticketsPerSecond;
        expect(seconds).toBeGreaterThanOrEqual(ideal - 1e-6);
        // Late by one round at most: the interval that gathers tickets, and a send before and after.
        expect(seconds).toBeLessThanOrEqual(ideal + (20 + 2 * latency) / 1_000 + 1e-6);
      },
    ),
    { numRuns: 100 },
  );
});

test('a rate holds that takes more than a thousand tickets at a time while brokers acknowledge them', async () => {
  const { clock, run, sent } = prepare({ count: 100_000, ticketsPerSecond: 50_000 });
  const production = await run({
    send: async (messages) => {
      sent.push({ atMs: clock.monotonic(), messages });
      clock.pass(60);
    },
  });
  expect(production.seconds).toBeLessThan(2.2);
  expect(Math.max(...sent.map(({ messages }) => messages.length))).toBeLessThanOrEqual(5_000);
});

test('high rates go in batches', async () => {
  const { run, sent } = prepare({ count: 1_000, ticketsPerSecond: 1_000 });
  await run();
  expect(sent.length).toBeLessThanOrEqual(51);
});

test('rate 0 is as fast as it goes, a thousand at a time', async () => {
  const { run, sent } = prepare({ count: 2_500, ticketsPerSecond: 0 });
  const production = await run();
  expect(sent.map(({ messages }) => messages.length)).toEqual([1_000, 1_000, 500]);
  expect(production.seconds).toBe(0);
});

test('what brokers missed while they were away is caught up', async () => {
  const { clock, run } = prepare({ count: 61 });
  let sends = 0;
  const production = await run({ send: async () => clock.pass(++sends === 1 ? 30_000 : 0) });
  expect(production.seconds).toBe(60);
});

test('tickets that are not acknowledged are sent again, the same ones, before any other', async () => {
  const { run, sent, tickets } = prepare({ count: 3 });
  const attempts: (readonly TicketMessage[])[] = [];
  const pauses: number[] = [];
  await run({
    send: async (messages) => {
      attempts.push(messages);
      if (attempts.length >= 2 && attempts.length <= 5) throw new Error('not enough replicas');
      sent.push({ atMs: 0, messages });
    },
    onRetry: (_, { pauseMs }) => pauses.push(pauseMs),
  });
  expect(tickets().map(({ ticket_id }) => ticket_id)).toEqual(idsUpTo(3));
  expect(new Set(attempts.slice(1, 6)).size).toBe(1);
  expect(pauses).toEqual([100, 200, 400, 800]);
});

test('an error that sending again cannot mend ends the run with its cause', async () => {
  const { run } = prepare();
  const cause = new Error('not allowed');
  const failed = run({ send: () => Promise.reject(cause), isWorthRetrying: () => false });
  await expect(failed).rejects.toMatchObject({
    cause,
    message: expect.stringContaining('did not acknowledge the last 1'),
  });
});

test('a stop waits for what is under way and counts it', async () => {
  const stopping = new AbortController();
  const { run, tickets } = prepare({ count: 0, ticketsPerSecond: 5, signal: stopping.signal });
  const production = await run({ onProgress: ({ tickets }) => tickets === 7 && stopping.abort() });
  expect(production.tickets).toBe(7);
  expect(tickets()).toHaveLength(7);
});

test.each([2, 3])(
  'a stop gives tickets that are not acknowledged one more attempt (%i failures)',
  async (failures) => {
    const stopping = new AbortController();
    const { run } = prepare({ signal: stopping.signal });
    let attempts = 0;
    const running = run({
      send: async () => {
        if (++attempts <= failures) throw new Error('no answer');
      },
      onRetry: () => attempts === 2 && stopping.abort(),
    });
    if (failures === 2) await expect(running).resolves.toMatchObject({ tickets: 1 });
    else await expect(running).rejects.toThrow(/did not acknowledge/);
    expect(attempts).toBe(3);
  },
);

test('the same seed gives the same tickets at any rate, but for their times', async () => {
  const slow = prepare();
  const fast = prepare({ ticketsPerSecond: 0 });
  await slow.run();
  await fast.run();
  const withoutTime = (tickets: readonly Ticket[]) =>
    tickets.map((ticket) => ({ ...ticket, created_at: '' }));
  expect(withoutTime(fast.tickets())).toEqual(withoutTime(slow.tickets()));
});

test('the summary is one line with tickets, seconds, rate, seed and types', () => {
  const ticketsByType = { TECHNICAL: 80, BILLING: 51, ACCOUNT: 30, GENERAL: 39 };
  expect(summarize({ tickets: 200, ticketsByType, seconds: 199 }, 7)).toBe(
    '200 tickets in 199.0 s (1.0/s), seed 7: TECHNICAL 80, BILLING 51, ACCOUNT 30, GENERAL 39',
  );
});
