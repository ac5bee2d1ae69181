import type { ServerResponse } from 'node:http';
import { silentLogger } from '@client-tickets/micro-batch';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { problemSchema } from '../src/api/index.ts';
import { HTTP_LIMITS, startHttpServer, type HttpLimits, type HttpServer } from '../src/http/http-server.ts';
import { limitPendingAnswers } from '../src/http/pending-answers.ts';
import { openRawConnection } from './raw-connection.ts';

/** More than the operating system takes for a client that does not read. */
const LARGE = 20_000_000;

let server: HttpServer | undefined;
afterEach(async () => server?.close(0));

async function start(app: Pick<Hono, 'fetch'>, limits: Partial<HttpLimits> = {}): Promise<string> {
  const address = { host: '127.0.0.1', port: 0 };
  server = await startHttpServer(app, address, silentLogger, { ...HTTP_LIMITS, ...limits });
  return server.url;
}

const requests = (count: number): string =>
  Array.from({ length: count }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join('');

it.each([
  ['an address that is too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ['what is no HTTP', 'hello\r\n\r\n', 400],
])('answers %s as it answers every request that it refuses', async (_what, bytes, status) => {
  const { socket, readUntil } = await openRawConnection(await start(new Hono()));
  socket.end(bytes);
  const [head = '', body = ''] = (await readUntil(() => false)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*content-type: application/json`, 'is'));
  expect(problemSchema.parse(JSON.parse(body)).error.code).toBe('bad_request');
});

describe('a client that sends requests without waiting for answers', () => {
  /** Answers each request with its path and `bytes` more; notes which were begun, and how many were unread at a time. */
  function createCountingApp(bytes: number) {
    const begun: string[] = [];
    const answers: ServerResponse[] = [];
    const unread = (): number =>
      answers.filter((answer) => !answer.writableFinished && !answer.destroyed).length;
    const unreadAtBegin: number[] = [];
    const app = new Hono();
    app.get('*', async (c) => {
      begun.push(c.req.path);
      answers.push((c.env as HttpBindings).outgoing);
      unreadAtBegin.push(unread());
      await new Promise(setImmediate);
      return c.text(`${c.req.path};${' '.repeat(bytes)}`);
    });
    return { app, begun, unread, unreadAtBegin };
  }

  it('gets them in order, one being worked on at a time', async () => {
    const { app, unreadAtBegin } = createCountingApp(0);
    const { socket, readUntil } = await openRawConnection(await start(app));
    socket.write(requests(10));
    const said = await readUntil((text) => text.includes('/9;'));
    expect([...said.matchAll(/\/(\d+);/g)].map(([, path]) => Number(path))).toEqual([...Array(10).keys()]);
    expect(unreadAtBegin).toEqual(Array(10).fill(1));
    socket.destroy();
  });

  it('gets the first ones, and has to connect again for the rest', async () => {
    const { app, begun } = createCountingApp(0);
    const { socket, readUntil } = await openRawConnection(await start(app));
    socket.write(requests(1_000));
    const said = await readUntil(() => false);
    expect(said.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(17);
    expect(said.match(/^connection: close/gim)).toHaveLength(1);
    expect(begun).toHaveLength(17);
  });

  it('costs one answer when it never reads them', async () => {
    const { app, begun, unread } = createCountingApp(LARGE);
    const url = await start(app);
    const { socket } = await openRawConnection(url);
    socket.pause();
    socket.write(requests(10));
    await expect.poll(() => begun).toEqual(['/0']);
    expect(await (await fetch(`${url}/other`)).text()).toContain('/other;');
    expect(begun).toEqual(['/0', '/other']);
    await expect.poll(unread).toBe(1);
    socket.destroy();
    await expect.poll(unread).toBe(0);
    expect(begun).toEqual(['/0', '/other']);
  });
});

it('refuses further answers while too many have not been read, but not those without a bound', async () => {
  const app = new Hono();
  app.onError((error, c) => c.text(error.message, 503));
  app.get('/healthz', (c) => c.text('alive'));
  app.get('/large', limitPendingAnswers(2), (c) => c.text(' '.repeat(LARGE)));
  const url = await start(app);
  const clients = [await openRawConnection(url), await openRawConnection(url)];
  for (const { socket } of clients) {
    socket.pause();
    socket.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
  }
  const large = async (): Promise<number> => {
    const answer = await fetch(`${url}/large`);
    await answer.arrayBuffer();
    return answer.status;
  };
  await expect.poll(large).toBe(503);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  clients[0]?.socket.destroy();
  await expect.poll(large).toBe(200);
  clients[1]?.socket.destroy();
});

it('closes connections beyond its limit', async () => {
  const url = await start(new Hono(), { connections: 2 });
  const clients = [await openRawConnection(url), await openRawConnection(url)];
  expect(await (await openRawConnection(url)).readUntil(() => false)).toBe('');
  clients[0]?.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(await clients[0]?.readUntil(() => false)).toMatch(/^HTTP\/1\.1 404/);
  clients[1]?.socket.destroy();
});

it.each([
  ['says nothing', ''],
  ['sends half of its headers', 'GET / HTTP/1.1\r\nHost: loc'],
  ['sends half of a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf'],
])('lets go of a client that %s', async (_what, bytes) => {
  const app = new Hono();
  app.onError((_, c) => c.text('left', 400));
  app.post('/', async (c) => c.text(await c.req.text()));
  const url = await start(app, { headersMs: 30, requestMs: 60 });
  const { socket, readUntil } = await openRawConnection(url);
  socket.write(bytes);
  expect(await readUntil(() => false)).toMatch(/^HTTP\/1\.1 408 .*the request took too long to come/s);
});

it('drops a client that does not read, so that closing does not wait for it', async () => {
  const app = new Hono();
  app.get('/', (c) => c.text(' '.repeat(LARGE)));
  const { socket } = await openRawConnection(await start(app, { silenceMs: 100 }));
  socket.pause();
  await new Promise<void>((resolve) =>
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', () => resolve()),
  );
  const closed = server?.close(60_000).then(() => 'closed');
  await expect(closed).resolves.toBe('closed');
  socket.destroy();
});
