import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { addCounts, requestKind, subtractCounts } from '../src/request-counts.ts';
import { startS3Proxy } from '../src/s3-proxy.ts';
import { dollarsOf, dollarsPerMonth, perHour } from '../src/steady/s3-prices.ts';

test('requests are told apart as their price is: a listing is no GET, a copy no PUT', () => {
  expect(requestKind('GET', '/bucket/key', {})).toBe('GET');
  expect(requestKind('GET', '/bucket/?list-type=2&prefix=a', {})).toBe('LIST');
  expect(requestKind('PUT', '/bucket/key', {})).toBe('PUT');
  expect(requestKind('PUT', '/bucket/key', { 'x-amz-copy-source': '/bucket/a' })).toBe('COPY');
});

test('counts add up by kind, and what was there before is taken off', () => {
  expect(addCounts([{ PUT: 1 }, { PUT: 2, GET: 3 }])).toEqual({ PUT: 3, GET: 3 });
  expect(subtractCounts({ PUT: 3, GET: 3 }, { GET: 3 })).toEqual({ PUT: 3 });
});

test('writes and listings cost more than reads, and deletes nothing', () => {
  expect(dollarsOf({ PUT: 1_000 })).toBeCloseTo(0.005);
  expect(dollarsOf({ LIST: 500, COPY: 500, GET: 1_000, HEAD: 1_000, DELETE: 1e6 })).toBeCloseTo(0.0058);
  expect(perHour({ PUT: 7 }, 0.5)).toEqual({ PUT: 840 });
  expect(dollarsPerMonth({ PUT: 3_600 })).toBeCloseTo(13.14);
});

test('the proxy hands on what it counts, as it came', async () => {
  const { url, seen, close } = await startServer();
  const proxy = await startS3Proxy(url);
  try {
    const put = await fetch(`${proxy.url}/bucket/key`, { method: 'PUT', body: 'hello' });
    const get = await fetch(`${proxy.url}/bucket/key?x=1`);
    expect([put.status, put.headers.get('etag'), await get.text()]).toEqual([412, '"1"', 'answer']);
    const { host } = new URL(proxy.url);
    expect(seen).toEqual([`PUT /bucket/key ${host} hello`, `GET /bucket/key?x=1 ${host} `]);
    expect(proxy.counts()).toEqual({ PUT: 1, GET: 1 });
  } finally {
    await proxy.close();
    close();
  }
});

test('a request that is held reaches the server when it is let go, and no other waits for it', async () => {
  const { url, seen, close } = await startServer();
  const held: (() => void)[] = [];
  const proxy = await startS3Proxy(url, {
    hold: () => new Promise<void>((resolve) => held.push(resolve)),
  });
  try {
    const first = fetch(`${proxy.url}/first`, { method: 'PUT', body: 'hello' });
    const second = fetch(`${proxy.url}/second`);
    await expect.poll(() => held.length).toBe(2);
    expect([seen, proxy.underWay()]).toEqual([[], 2]);
    held.splice(0).forEach((letGo) => letGo());
    expect([(await first).status, await (await second).text()]).toEqual([412, 'answer']);
    const { host } = new URL(proxy.url);
    await expect.poll(() => proxy.underWay()).toBe(0);
    expect(seen.toSorted()).toEqual([`GET /second ${host} `, `PUT /first ${host} hello`]);
  } finally {
    await proxy.close();
    close();
  }
});

/** Answers 412 to a `PUT` and notes what it is asked. */
async function startServer() {
  const seen: string[] = [];
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers.host} ${body}`);
      answer.writeHead(request.method === 'PUT' ? 412 : 200, { etag: '"1"' });
      answer.end('answer');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${address.port}`, seen, close };
}
