import { once } from 'node:events';
import net from 'node:net';
import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import { describe, expect, test } from 'vitest';
import { waitForBrokers } from '../src/index.ts';
import { NOBODY_LISTENS } from './support/breakable-sockets.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';

const UNREACHABLE = '127.0.0.1:1';
const common = { logger: silentLogger, clock: systemClock };

/** Options of a wait that is given up once it says that it waits: each broker has been tried by then, and had seconds to answer. */
function givenUpOnceSaid() {
  const over = new AbortController();
  const said: object[] = [];
  const info = (fields: object): void => {
    said.push(fields);
    over.abort();
  };
  return { said, options: { clock: systemClock, logger: { ...silentLogger, info }, signal: over.signal } };
}

describe('waiting for brokers', () => {
  test('names each broker that cannot be reached, and why, when it is given up', async () => {
    const error = await waitForBrokers({
      ...givenUpOnceSaid().options,
      connection: { brokers: [UNREACHABLE, 'localhost:2'] },
    }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'KafkaError', code: 'unavailable' });
    expect(String(error)).toMatch(/127\.0\.0\.1:1: .*ECONNREFUSED.*localhost:2: .*ECONNREFUSED/);
  });

  test('says that it waits, and for whom', async () => {
    const { said, options } = givenUpOnceSaid();
    await expect(waitForBrokers({ ...options, connection: { brokers: [UNREACHABLE] } })).rejects.toThrow(
      'No Kafka broker',
    );
    expect(said).toEqual([{ brokers: [UNREACHABLE], reasons: [expect.stringContaining('ECONNREFUSED')] }]);
  });

  test('ends early when told to', async () => {
    const stopping = new AbortController();
    const waiting = waitForBrokers({
      ...common,
      connection: { brokers: [UNREACHABLE] },
      signal: stopping.signal,
    });
    stopping.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('a server that accepts and says nothing counts as not reached', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(
      waitForBrokers({ ...common, connection: { brokers: [`127.0.0.1:${port}`] }, timeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('no answer within') });
    server.close();
  });
});

describe.skipIf(!hasBrokers)('waiting for real brokers', () => {
  const { connection } = useRealBrokers();

  test('is over as soon as one of them answers', async () => {
    await waitForBrokers({
      ...common,
      connection: { ...connection, brokers: [UNREACHABLE, ...connection.brokers] },
    });
    expect(connection.brokers.length).toBeGreaterThan(0);
  });

  test('names a broker that answers and advertises an address that cannot be reached', async () => {
    const [host, port] = (connection.brokers[0] ?? '').split(':');
    const forward = net.createServer((socket) => {
      const there = net.connect({ host, port: Number(port) });
      socket.pipe(there).pipe(socket);
      for (const each of [socket, there]) each.on('error', () => socket.destroy());
    });
    forward.listen(0, '127.0.0.1');
    await once(forward, 'listening');
    const address = forward.address();
    const seed = typeof address === 'object' && address !== null ? address.port : 0;
    const waiting = waitForBrokers({
      ...givenUpOnceSaid().options,
      connection: {
        brokers: [`127.0.0.1:${seed}`],
        socketFactory: ({ port: wanted, onConnect }) =>
          net.connect({ host: '127.0.0.1', port: wanted === seed ? seed : NOBODY_LISTENS }, onConnect),
      },
    });
    await expect(waiting).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        new RegExp(
          `^127\\.0\\.0\\.1:${seed} answered, but the address .* could not be used .*ECONNREFUSED.*advertised\\.listeners`,
        ),
      ),
    });
    forward.close();
  });
});
