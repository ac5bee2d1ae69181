import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

interface Metadata {
  protocol(options: { readonly version: number }): (question: { readonly topics: readonly string[] }) => {
    readonly request: { readonly apiVersion: number };
    readonly response: { decode(bytes: Buffer): Promise<Answer> };
  };
}

interface Answer {
  readonly brokers: readonly object[];
  readonly topicMetadata: readonly object[];
}

// Not exported, and told from outside only by what brokers of several versions answer.
const metadata: Metadata = createRequire(import.meta.url)('kafkajs/src/protocol/requests/metadata');

const ID = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const NO_ID = Buffer.alloc(16);

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const compact = (text: string): Buffer => Buffer.concat([Buffer.from([text.length + 1]), Buffer.from(text)]);
const numbers = (...values: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from([values.length + 1]), ...values.map(int32)]);
const NO_TAGS = Buffer.from([0]);
/** A field that no client of today knows: tag 7, three bytes. */
const UNKNOWN_TAG = Buffer.from([1, 7, 3, 9, 9, 9]);

/** As a broker answers in version 10: one broker, and `tickets` with this id. */
function answer(id: Buffer, tags: Buffer): Buffer {
  const one = Buffer.from([2]);
  const none = Buffer.from([0]);
  const broker = [int32(1), compact('localhost'), int32(9092), none, tags];
  const partition = [none, none, int32(0), int32(1), int32(5), numbers(1, 2), numbers(1), numbers(), tags];
  const topic = [none, none, compact('tickets'), id, none, one, ...partition, int32(0), tags];
  const [throttleTime, controller, operations] = [int32(0), int32(1), int32(0)];
  const head = [tags, throttleTime, one, ...broker, compact('cluster'), controller];
  return Buffer.concat([...head, one, ...topic, operations, tags]);
}

test('brokers are asked in a version that they know', () => {
  for (let version = 0; version <= 10; version += 1) {
    const { request } = metadata.protocol({ version })({ topics: ['tickets'] });
    expect(request.apiVersion, `of a broker that knows ${version}`).toBe(
      version === 10 ? 10 : Math.min(version, 6),
    );
  }
});

test.each([NO_TAGS, UNKNOWN_TAG])(
  'an answer with ids is read, whatever a later broker adds to it',
  async (tags) => {
    const { response } = metadata.protocol({ version: 10 })({ topics: [] });
    expect(await response.decode(answer(ID, tags))).toMatchObject({
      brokers: [{ nodeId: 1, host: 'localhost', port: 9092, rack: null }],
      controllerId: 1,
      topicMetadata: [
        {
          topic: 'tickets',
          topicId: 'ABEiM0RVZneImaq7zN3u_w',
          partitionMetadata: [{ partitionId: 0, leader: 1, replicas: [1, 2], isr: [1], offlineReplicas: [] }],
        },
      ],
    });
  },
);

test('a broker that gives topics no ids sends zeros, which is none', async () => {
  const { response } = metadata.protocol({ version: 10 })({ topics: [] });
  const { topicMetadata } = await response.decode(answer(NO_ID, NO_TAGS));
  expect(topicMetadata).toMatchObject([{ topic: 'tickets', topicId: undefined }]);
});
