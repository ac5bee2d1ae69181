import { connect } from 'node:net';
import { silentLogger } from '@client-tickets/micro-batch';
import { Hono } from 'hono';
import { afterEach, expect, it } from 'vitest';
import { problemSchema } from '../src/api/index.ts';
import { startHttpServer, type HttpServer } from '../src/http/http-server.ts';

let server: HttpServer | undefined;
afterEach(async () => server?.close(0));

/** What the server says to these bytes, until it ends the connection. */
async function say(bytes: string): Promise<string> {
  server = await startHttpServer(new Hono(), { host: '127.0.0.1', port: 0 }, silentLogger);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.end(bytes);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

it.each([
  ['an address that is too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ['what is no HTTP', 'hello\r\n\r\n', 400],
])('answers %s as it answers every request that it refuses', async (_what, bytes, status) => {
  const [head = '', body = ''] = (await say(bytes)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*content-type: application/json`, 'is'));
  expect(problemSchema.parse(JSON.parse(body)).error.code).toBe('bad_request');
});
