import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRandom, type Random } from '@client-tickets/micro-batch/testing';
import { afterEach, expect, test } from 'vitest';
import { startFaultProxy, type FaultProxy, type Misbehaviour } from '../src/fault-proxy.ts';

const BODY = 'x'.repeat(1_000);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A server behind a proxy that always does the same. */
async function startBoth(
  misbehaviour: Misbehaviour,
): Promise<{ readonly proxy: FaultProxy; readonly served: string[] }> {
  const served: string[] = [];
  const server = createServer((request, response) => {
    served.push(`${request.method} ${request.url} ${request.headers.host}`);
    request.resume().on('end', () => response.end(BODY));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const always: Random = { ...createRandom(1), pick: (items) => items.find((item) => item === misbehaviour) };
  const proxy = await startFaultProxy(`http://127.0.0.1:${port}`, always);
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  closers.push(() => proxy.close());
  return { proxy, served };
}

const put = async (proxy: FaultProxy): Promise<{ readonly status: number; readonly body: string }> => {
  const response = await fetch(`${proxy.endpoint}/bucket/key?x=1`, { method: 'PUT', body: 'ticket' });
  return { status: response.status, body: await response.text() };
};

test('hands requests on as they came, while nothing is to go wrong', async () => {
  const { proxy, served } = await startBoth('reset before');
  expect(await put(proxy)).toEqual({ status: 200, body: BODY });
  expect(served).toEqual([`PUT /bucket/key?x=1 ${new URL(proxy.endpoint).host}`]);
  expect(proxy.misbehaved()).toBe(0);
});

test.each([
  { misbehaviour: 'internal error', status: 500, served: 0 },
  { misbehaviour: 'slow down', status: 503, served: 0 },
  { misbehaviour: 'error after', status: 500, served: 1 },
  { misbehaviour: 'late request', status: 200, served: 1 },
  { misbehaviour: 'late answer', status: 200, served: 1 },
] as const)(
  'answers with $status for "$misbehaviour", $served requests done',
  async ({ misbehaviour, ...expected }) => {
    const { proxy, served } = await startBoth(misbehaviour);
    proxy.setRate(1);
    expect((await put(proxy)).status).toBe(expected.status);
    expect(served).toHaveLength(expected.served);
    expect(proxy.misbehaved()).toBe(1);
  },
);

test.each([
  { misbehaviour: 'reset before', served: 0 },
  { misbehaviour: 'reset after', served: 1 },
  { misbehaviour: 'torn answer', served: 1 },
] as const)(
  'breaks the connection for "$misbehaviour", $served requests done',
  async ({ misbehaviour, ...expected }) => {
    const { proxy, served } = await startBoth(misbehaviour);
    proxy.setRate(1);
    await expect(put(proxy)).rejects.toThrow(/fetch failed|terminated/);
    expect(served).toHaveLength(expected.served);
  },
);
