import { setImmediate } from 'node:timers/promises';
import type { ObjectStore } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  interceptStore,
  ManualClock,
  MemoryLog,
  MemoryObjects,
} from '@client-tickets/micro-batch/testing';
import { encodeTicket } from '@client-tickets/tickets';
import { describe, expect, it, onTestFinished } from 'vitest';
import { liveEventSchemas, type LiveEventName, type LiveEvents } from '../src/api/index.ts';
import { createUiPipeline, type UiPipeline } from './ui-pipeline.ts';

const MINUTE = 60;
/** Whether it is there at all, its newest checkpoint, and its versions: what is asked of a table every minute. */
const TABLE = /^tickets\/_delta_log\//;

interface Consumer {
  readonly pipeline: UiPipeline;
  readonly query: ReturnType<UiPipeline['startQuery']>;
  /** GET and LIST of this consumer, those of its query and those of its page, since the last call. */
  readonly takeReads: () => readonly string[];
  /** As an open page has it. */
  readonly shown: Partial<LiveEvents>;
}

interface Group {
  readonly consumers: readonly Consumer[];
  /** Tickets in a partition. */
  readonly add: (partition: number, count: number) => void;
  /** Lets time pass; `each` is called at the beginning of each second. */
  readonly pass: (seconds: number, each?: () => void) => Promise<void>;
}

/** Consumers that share a log and stores, with a trigger of a second and files of a minute; each has a partition, a single one two. */
async function start({
  consumers: count,
  viewers,
}: {
  readonly consumers: 1 | 2;
  /** Open pages of the first one. */
  readonly viewers: number;
}): Promise<Group> {
  const clock = new ManualClock();
  const log = new MemoryLog('client_tickets', 2);
  const objects = { results: new MemoryObjects(), checkpoints: new MemoryObjects() };
  const consumers = Array.from({ length: count }, (): Consumer => {
    let reads: string[] = [];
    const counted = (name: keyof typeof objects): ObjectStore =>
      interceptStore(
        createMemoryObjectStore(`memory://${name}/`, objects[name]),
        ({ operation, key }, send) => {
          if (operation === 'get' || operation === 'list') reads.push(key);
          return send();
        },
      );
    const pipeline = createUiPipeline({
      clock,
      log,
      results: counted('results'),
      checkpoints: counted('checkpoints'),
      formats: ['json'],
      trigger: { kind: 'interval', everyMs: 1_000 },
      rollover: { intervalMs: 60_000, bytes: 1e9, inactivityMs: 30_000 },
    });
    return {
      pipeline,
      query: pipeline.startQuery(),
      takeReads() {
        const taken = reads;
        reads = [];
        return taken;
      },
      shown: {},
    };
  });
  const pass: Group['pass'] = async (seconds, each = () => undefined) => {
    for (let second = 0; second < seconds; second += 1) {
      each();
      for (let step = 0; step < 5; step += 1) {
        clock.advance(200);
        for (let turn = 0; turn < 20; turn += 1) await setImmediate(); // all that this has woken is done
      }
    }
  };
  for (const { query } of consumers) {
    onTestFinished(async () => {
      const stopping = query.stop({ budgetMs: 1_000 });
      await pass(5);
      await stopping;
    });
  }
  await pass(2);
  const [first] = consumers;
  if (first !== undefined && viewers > 0) await openPages(first, viewers, pass);
  return {
    consumers,
    add(partition, tickets) {
      for (let i = 0; i < tickets; i += 1)
        first?.pipeline.addRaw(partition, encodeTicket(first.pipeline.tickets.next()));
    },
    pass,
  };
}

async function openPages(
  { pipeline: { ui }, shown }: Consumer,
  viewers: number,
  pass: Group['pass'],
): Promise<void> {
  await ui.start({ host: '127.0.0.1', port: 0 });
  for (let viewer = 0; viewer < viewers; viewer += 1) {
    const { body } = await ui.app.request('/api/v1/events', { headers: { host: 'localhost' } });
    void follow(body, shown);
  }
  onTestFinished(async () => {
    const closing = ui.close();
    await pass(5);
    await closing;
  });
}

async function follow(
  body: ReadableStream<Uint8Array> | null,
  shown: Partial<Record<LiveEventName, unknown>>,
): Promise<void> {
  for await (const chunk of body ?? []) {
    for (const [, name = '', data = ''] of Buffer.from(chunk)
      .toString()
      .matchAll(/^event: (\w+)\ndata: (.*)$/gm)) {
      const event = name as LiveEventName;
      shown[event] = liveEventSchemas[event].parse(JSON.parse(data));
    }
  }
}

const rowsOf = ({ shown }: Consumer, partition: number): number =>
  shown.partitions?.items.find((each) => each.partition === partition)?.rows ?? 0;
const lagOf = ({ shown }: Consumer, partition: number): number | null | undefined =>
  shown.partitions?.items.find((each) => each.partition === partition)?.lag;

describe('an open page of the only consumer', () => {
  it.each([1, 5])(
    'asks the stores for nothing but the table, once a minute, while tickets come (%i open)',
    async (viewers) => {
      const { consumers, add, pass } = await start({ consumers: 1, viewers });
      const [only] = consumers;
      if (only === undefined) throw new Error('there is no consumer');
      let sent = 0;
      const send = (): void => {
        // Counted, published and shown within two seconds.
        if (sent > 2) expect(only.shown.counts?.total).toBeGreaterThanOrEqual(sent - 2);
        add(sent % 2, 1);
        sent += 1;
      };
      await pass(MINUTE, send);
      only.takeReads();
      await pass(2 * MINUTE, send);
      const reads = only.takeReads();
      expect(reads.filter((key) => !TABLE.test(key))).toEqual([]);
      expect(reads.length).toBeLessThanOrEqual(2 * 2);
      await pass(2);
      expect(only.shown.counts?.total).toBe(sent);
      const columns = only.shown.windows?.tables[0]?.windows ?? [];
      expect(columns.flatMap(({ counts }) => counts).reduce((sum, each) => sum + each, 0)).toBe(sent);
    },
  );

  it('asks for the windows and the table once a minute while nothing comes', async () => {
    const { consumers, add, pass } = await start({ consumers: 1, viewers: 1 });
    add(0, 5);
    add(1, 5);
    await pass(2 * MINUTE);
    for (const { takeReads } of consumers) takeReads();
    await pass(3 * MINUTE);
    const reads = consumers.flatMap(({ takeReads }) => takeReads());
    expect(new Set(reads.filter((key) => !TABLE.test(key)))).toEqual(
      new Set(['ticket_counts_by_hour/part-00000.json']),
    );
    expect(reads.length).toBeLessThanOrEqual(3 * 3);
  });
});

describe('an open page of one of two consumers', () => {
  it('shows within ten seconds what the other one does, and asks for that every eight', async () => {
    const { consumers, add, pass } = await start({ consumers: 2, viewers: 1 });
    const [mine] = consumers;
    if (mine === undefined) throw new Error('there is no consumer');
    const sentAt: number[] = [];
    const send = (): void => {
      const due = sentAt.length - 11; // ten seconds, and the one in which it was sent
      if (due > 0) {
        expect(rowsOf(mine, 1)).toBeGreaterThanOrEqual(due);
        expect(mine.shown.counts?.total).toBeGreaterThanOrEqual(due);
      }
      add(1, 1);
      sentAt.push(sentAt.length);
    };
    await pass(MINUTE, send);
    mine.takeReads();
    await pass(2 * MINUTE, send);
    // Its checkpoint, three files of counts and the one of windows; and what the query itself reads, and the table.
    const reads = mine.takeReads().filter((key) => !TABLE.test(key));
    expect(reads.length).toBeLessThanOrEqual((2 * MINUTE * 5) / 8 + 20);
    await pass(10);
    expect([rowsOf(mine, 1), lagOf(mine, 1)]).toEqual([sentAt.length, 0]);
    expect(mine.shown.counts?.total).toBe(sentAt.length);
    const columns = mine.shown.windows?.tables[0]?.windows ?? [];
    expect(columns.flatMap(({ counts }) => counts).reduce((sum, each) => sum + each, 0)).toBe(sentAt.length);
  });

  it('shows a lag of the other one that grows, and none while it keeps up', async () => {
    const { consumers, add, pass } = await start({ consumers: 2, viewers: 1 });
    const [mine, other] = consumers;
    if (mine === undefined || other === undefined) throw new Error('there are no two consumers');
    await pass(MINUTE, () => {
      add(1, 1);
      expect(lagOf(mine, 1) ?? 0).toBeLessThanOrEqual(2);
    });
    other.query.pause();
    await pass(MINUTE, () => add(1, 1));
    expect(lagOf(mine, 1)).toBeGreaterThanOrEqual(MINUTE - 12);
    other.query.resume();
    await pass(MINUTE);
    expect(lagOf(mine, 1)).toBe(0);
  });

  it('asks for next to nothing while both have tickets: the query reads what the page needs', async () => {
    const readsWith = async (viewers: number): Promise<number> => {
      const { consumers, add, pass } = await start({ consumers: 2, viewers });
      const send = (): void => {
        add(0, 1);
        add(1, 1);
      };
      await pass(MINUTE / 2, send);
      consumers[0]?.takeReads();
      await pass(MINUTE, send);
      return (consumers[0]?.takeReads() ?? []).length;
    };
    const [without, one, five] = [await readsWith(0), await readsWith(1), await readsWith(5)];
    expect(without).toBeGreaterThanOrEqual(MINUTE - 1); // to publish, each second
    expect(one - without).toBeLessThanOrEqual(10);
    expect(five - without).toBeLessThanOrEqual(10);
  });
});
