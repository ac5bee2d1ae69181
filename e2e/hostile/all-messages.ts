import * as fc from 'fast-check';
import { hostileCorpus } from './hostile-corpus.ts';
import { hostileKey, hostileValue } from './hostile-fuzz.ts';
import { sizeCases } from './hostile-size.ts';
import { CLIENT_CODECS, type ClientCodec, type HostileMessage, type HostileTopic } from './hostile-topic.ts';

const codecs = Object.keys(CLIENT_CODECS) as readonly ClientCodec[];
const CHUNK = 40;
const text = (value: string): Buffer => Buffer.from(value);

export interface HostileTraffic {
  readonly maxMessageBytes: number;
  /** A value that is this long and that compresses to almost nothing. */
  readonly inflatedBytes: number;
  readonly seed: number;
  readonly fuzzed: number;
}

/** Fills a topic with everything that there is, spread over partitions and codecs. */
export async function sendEverything(topic: HostileTopic, traffic: HostileTraffic): Promise<void> {
  const { seed, fuzzed, maxMessageBytes, inflatedBytes } = traffic;
  const corpus = hostileCorpus.map(({ value }) => ({ key: text('CL-417'), value }));
  const shuffle = { seed, numRuns: fuzzed };
  const fuzz = fc.sample(fc.record({ key: hostileKey, value: hostileValue }), shuffle);

  await topic.send(2, corpus.slice(0, CHUNK)); // gone before anybody reads it
  await topic.forget(2);
  for (const [index, messages] of chunks([...corpus, ...fuzz], CHUNK).entries()) {
    await topic.send(index % 3, messages, codecs[index % codecs.length]);
    if (index % 10 === 0) await topic.transact((index + 1) % 3, [messages.slice(0, 3)], 'aborted');
    if (index % 10 === 5) await topic.transact((index + 1) % 3, chunks(messages.slice(0, 6), 3), 'committed');
  }
  await sendOddRecords(topic);
  for (const [index, { value }] of sizeCases(maxMessageBytes).entries()) {
    await topic.send(index % 3, [{ key: null, value }]);
  }
  await topic.send(0, [{ key: null, value: Buffer.alloc(inflatedBytes, ' ') }], 'gzip');
  await topic.transact(1, [[{ key: null, value: text('nothing comes after this') }]], 'aborted');
}

/** What is odd about a record and not about its value. */
async function sendOddRecords(topic: HostileTopic): Promise<void> {
  const value = text('odd');
  const headers = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [`header-${index}`, Buffer.from([index % 256, 0xff])]),
  );
  const odd: readonly HostileMessage[] = [
    { key: null, value: null },
    { key: text(''), value: text('') },
    { key: null, value, headers },
    { key: null, value, headers: { '': '', '\0': '\0', __proto__x: ['twice', 'the same'] } },
    { key: Buffer.alloc(100_000, 0xfe), value },
    { key: text('base64:looks like one'), value },
    { key: null, value, timestamp: '0' },
    { key: null, value, timestamp: '253402300800000' }, // the year 10000
    { key: null, value, timestamp: '9223372036854775807' },
  ];
  for (const codec of codecs) await topic.send(0, odd, codec);
}

function chunks<Item>(items: readonly Item[], length: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
    items.slice(index * length, (index + 1) * length),
  );
}
