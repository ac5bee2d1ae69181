import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ObjectStoreError, type ObjectStore } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  createRandom,
  interceptStore,
  ManualClock,
  MemoryObjects,
  type Random,
} from '@client-tickets/micro-batch/testing';
import type { RepairedLetter } from '../src/dead-letters/repair.ts';
import { recoverRequeue, requeue } from '../src/dead-letters/requeue.ts';
import { RequeueJournal, showPosition } from '@client-tickets/results';
import { MemoryRequeueTopic, type SendFate } from './support/memory-requeue-topic.ts';

const TOPIC = 'client_tickets';
const QUERY = 'query-1';
const clock = new ManualClock();

function letters(count: number): readonly RepairedLetter[] {
  return Array.from({ length: count }, (_, index) => ({
    origin: { partition: index % 3, offset: BigInt(index) },
    key: Buffer.from('CL-200'),
    value: Buffer.from(`letter ${index}`),
    problem: undefined,
  }));
}

/** One run of the command, from opening the topic to its end. */
async function run(
  store: ObjectStore,
  topic: MemoryRequeueTopic,
  chosen: readonly RepairedLetter[],
  random: Random,
) {
  const opened = await topic.open();
  const journal = await RequeueJournal.open(store, TOPIC, QUERY);
  const newId = (): string => 'x'.repeat(1 + random.below(30)) + String(random.next());
  const context = { journal, topic: opened, offsets: topic.offsets, clock, newId };
  const recovered = await recoverRequeue(context);
  for await (const sent of requeue(context, chosen))
    expect(sent.every(({ sentTo }) => sentTo !== null)).toBe(true);
  return recovered;
}

/** A store on which requests fail, before or after they took effect. */
function faulty(objects: MemoryObjects, random: Random, rate: number): ObjectStore {
  return interceptStore(
    createMemoryObjectStore('memory://checkpoints/', objects),
    async ({ operation }, send) => {
      if (!operation.startsWith('put') || !random.chance(rate)) return await send();
      if (random.chance(0.5)) await send();
      throw new ObjectStoreError('refused', 'injected: the process was killed');
    },
  );
}

function sentTimes(topic: MemoryRequeueTopic): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { headers } of topic.records) {
    const origin = `${headers['origin-partition']}:${headers['origin-offset']}`;
    times.set(origin, (times.get(origin) ?? 0) + 1);
  }
  return times;
}

describe('a requeue', () => {
  test('sends each dead letter once, however often it is killed, and however late answers are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 120 }),
        fc.array(fc.constantFrom<SendFate>('done', 'nothing done', 'done, answer lost', 'later'), {
          maxLength: 8,
        }),
        async (seed, count, fates) => {
          const random = createRandom(seed);
          const objects = new MemoryObjects();
          const topic = new MemoryRequeueTopic(3);
          const chosen = letters(count);
          topic.fates = [...fates];
          for (let attempt = 0; attempt < 6; attempt += 1) {
            const part = chosen.filter(() => random.chance(0.7));
            await run(faulty(objects, random, 0.2), topic, part, random).catch(() => undefined);
            if (random.chance(0.5)) topic.deliver();
            expect(Math.max(0, ...sentTimes(topic).values())).toBeLessThanOrEqual(1);
          }
          topic.fates = [];
          await run(createMemoryObjectStore('memory://checkpoints/', objects), topic, chosen, random);
          topic.deliver();
          const expected = new Map(chosen.map(({ origin }) => [showPosition(origin), 1]));
          expect(sentTimes(topic)).toEqual(expected);
          const journal = await RequeueJournal.open(
            createMemoryObjectStore('memory://c/', objects),
            TOPIC,
            QUERY,
          );
          expect(new Set(journal.sentTo().keys())).toEqual(new Set(expected.keys()));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that was frozen before it sent can send nothing after another one has gone on', async () => {
    const objects = new MemoryObjects();
    const store = createMemoryObjectStore('memory://checkpoints/', objects);
    const topic = new MemoryRequeueTopic(3);
    const journal = await RequeueJournal.open(store, TOPIC, QUERY);
    let thaw = (): void => undefined;
    const frozen = new Promise<void>((resolve) => (thaw = resolve));
    const opened = await topic.open();
    const sleepy = {
      ...opened,
      send: (records: Parameters<typeof opened.send>[0]) => frozen.then(() => opened.send(records)),
    };
    const context = { journal, topic: sleepy, offsets: topic.offsets, clock, newId: () => 'frozen' };
    const first = requeue(context, letters(2))[Symbol.asyncIterator]().next();
    await new Promise(setImmediate);

    const recovered = await run(store, topic, letters(2), createRandom(1));
    expect(recovered?.status).toBe('abandoned');
    thaw();
    await expect(first).rejects.toThrow('fenced');
    expect([...sentTimes(topic).values()]).toEqual([1, 1]);
  });

  test('finds in the topic what an interrupted one had sent', async () => {
    const store = createMemoryObjectStore('memory://checkpoints/');
    const topic = new MemoryRequeueTopic(3);
    topic.fates = ['done, answer lost'];
    await expect(run(store, topic, letters(2), createRandom(1))).rejects.toThrow('answer lost');
    const recovered = await run(store, topic, letters(2), createRandom(2));
    expect(recovered).toMatchObject({ status: 'sent', records: [{ sentTo: {} }, { sentTo: {} }] });
    expect(topic.records).toHaveLength(2);
  });

  test('says in headers which record it was', async () => {
    const topic = new MemoryRequeueTopic(3);
    await run(createMemoryObjectStore(), topic, letters(1), createRandom(1));
    expect(topic.records[0]?.headers).toEqual({ 'origin-partition': '0', 'origin-offset': '0' });
  });

  test('refuses to plan when another one was first', async () => {
    const objects = new MemoryObjects();
    const store = createMemoryObjectStore('memory://checkpoints/', objects);
    const [one, two] = [
      await RequeueJournal.open(store, TOPIC, QUERY),
      await RequeueJournal.open(store, TOPIC, QUERY),
    ];
    const plan = { from: new Map([[0, 1n]]), records: [], at: 'now' };
    await one.plan(plan);
    await expect(two.plan({ ...plan, at: 'then' })).rejects.toThrow('another requeue is running');
  });

  test('refuses the journal of another query, and one that is damaged', async () => {
    const objects = new MemoryObjects();
    const store = createMemoryObjectStore('memory://checkpoints/', objects);
    const journal = await RequeueJournal.open(store, TOPIC, QUERY);
    await journal.plan({ from: new Map(), records: [], at: 'now' });
    await expect(RequeueJournal.open(store, TOPIC, 'query-2')).rejects.toThrow('belongs to query query-1');
    objects.write(`${TOPIC}/requeue/00000000.json`, '{"version":1');
    await expect(RequeueJournal.open(store, TOPIC, QUERY)).rejects.toThrow(
      "requeue/00000000.json can't be used",
    );
  });
});
