import net from 'node:net';
import { patientKafka } from '@client-tickets/testkit';

const PRODUCE = 0;
const PRODUCE_VERSION = 3;

/** Writes a record batch that was made by hand to a partition. Rejects when the broker does not take it. */
export async function produceRaw(options: {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partition: number;
  readonly batch: Uint8Array;
}): Promise<void> {
  const { topic, partition, batch } = options;
  const request = frame([
    int16(PRODUCE),
    int16(PRODUCE_VERSION),
    int32(1), // correlation id
    text('raw'),
    int16(-1), // no transactional id
    int16(-1), // all replicas
    int32(30_000),
    int32(1), // topics
    text(topic),
    int32(1), // partitions
    int32(partition),
    int32(batch.length),
    batch,
  ]);
  const answer = await exchange(await leaderOf(options), request);
  // correlation id, topics, name, partitions, partition, error code
  const code = answer.readInt16BE(4 + 4 + 2 + Buffer.byteLength(topic) + 4 + 4);
  if (code !== 0) throw new Error(`the broker refused a batch made by hand: error ${code}`);
}

async function leaderOf({
  brokers,
  topic,
  partition,
}: {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partition: number;
}): Promise<{ readonly host: string; readonly port: number }> {
  const admin = patientKafka(brokers).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const leader = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)?.leader;
    const broker = (await admin.describeCluster()).brokers.find(({ nodeId }) => nodeId === leader);
    if (broker === undefined) throw new Error(`${topic}, partition ${partition}, has no leader`);
    return broker;
  } finally {
    await admin.disconnect();
  }
}

/** Sends one request and resolves with the body of its response. */
function exchange(
  { host, port }: { readonly host: string; readonly port: number },
  request: Buffer,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = net.connect({ host, port }, () => socket.write(request));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the broker closed the connection')));
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      resolve(received.subarray(4));
      socket.destroy();
    });
  });
}

function frame(parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length), body]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
