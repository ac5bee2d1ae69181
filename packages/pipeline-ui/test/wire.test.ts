import type { Logger } from '@client-tickets/micro-batch';
import { silentLogger } from '@client-tickets/micro-batch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problemSchema } from '../src/api/index.ts';
import { openRawConnection } from './raw-connection.ts';
import { createUiPipeline, type UiPipeline } from './ui-pipeline.ts';

const TOKEN = 'a-token';
const RIGHT = `Authorization: Bearer ${TOKEN}\r\n`;
const logged: string[] = [];
const logger: Logger = {
  ...silentLogger,
  warn: (_, message) => logged.push(message),
  error: (_, message) => logged.push(message),
};

let pipeline: UiPipeline;
let url = '';
beforeEach(async () => {
  logged.length = 0;
  pipeline = createUiPipeline({ controlToken: TOKEN, logger });
  await pipeline.startQuery().finished;
  ({ url } = await pipeline.ui.start({ host: '127.0.0.1', port: 0 }));
});
afterEach(async () => pipeline.ui.close());

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends a request as these bytes, and reads until the server ends the connection. */
async function say(start: string, headers = '', body = '', host = 'localhost'): Promise<Answer> {
  const { socket, readUntil } = await openRawConnection(url);
  socket.write(`${start} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n${body}`);
  const said = await readUntil(() => false);
  const [head = '', ...rest] = said.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').split('\r\n\r\n');
  return { status: Number(head.slice(9, 12)), head, body: rest.join('\r\n\r\n') };
}

const codeOf = ({ body }: Answer): string => problemSchema.parse(JSON.parse(body)).error.code;
const length = (bytes: number): string => `Content-Length: ${bytes}\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${'a'.repeat(bytes)}\r\n`;

describe('a request to pause, as it comes over a connection', () => {
  it.each([
    ['without a length, as curl sends it', RIGHT, ''],
    ['with an empty body', RIGHT + length(0), ''],
    ['with a small body', RIGHT + length(2), '{}'],
    ['with a small body in chunks', RIGHT + CHUNKED, `${chunk(2)}0\r\n\r\n`],
    ['with an empty body in chunks', RIGHT + CHUNKED, '0\r\n\r\n'],
  ])('is answered %s', async (_how, headers, body) => {
    expect(await say('POST /api/v1/pause', headers, body)).toMatchObject({ status: 200 });
    expect(logged).toEqual([]);
  });

  it.each([
    ['no token', '', '', 401, 'unauthorized'],
    ['a wrong token', 'Authorization: Bearer wrong\r\n', '', 401, 'unauthorized'],
    [
      'a wrong token and a body in chunks',
      `Authorization: Bearer wrong\r\n${CHUNKED}`,
      '0\r\n\r\n',
      401,
      'unauthorized',
    ],
    ['the origin of another site', `${RIGHT}Origin: https://evil.example\r\n`, '', 403, 'forbidden'],
    ['a body that is too long', RIGHT + length(1_025), 'a'.repeat(1_025), 413, 'too_large'],
    ['a body that is announced and too long', RIGHT + length(1e9), '', 413, 'too_large'],
    ['a body of chunks that is too long', RIGHT + CHUNKED, chunk(1_025), 413, 'too_large'],
    ['chunks that come to too much', RIGHT + CHUNKED, chunk(600).repeat(2), 413, 'too_large'],
    ['a length that is none', `${RIGHT}Content-Length: ten\r\n`, '', 400, 'bad_request'],
    ['both a length and chunks', RIGHT + length(2) + CHUNKED, '{}', 400, 'bad_request'],
  ])('is refused with %s, and the log says nothing', async (_what, headers, body, status, code) => {
    const answer = await say('POST /api/v1/pause', headers, body);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(/^www-authenticate: Bearer$/im.test(answer.head)).toBe(status === 401);
    expect(logged).toEqual([]);
  });
});

describe('a method that a path does not take, as it comes over a connection', () => {
  const paths = [
    '/api/v1/status',
    '/api/v1/events',
    '/api/v1/openapi.json',
    '/healthz',
    '/readyz',
    '/metrics',
    '/',
  ];
  it.each(
    paths.flatMap((path) =>
      ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'].map((method) => `${method} ${path}`),
    ),
  )('is refused with 405: %s', async (request) => {
    const answer = await say(request);
    expect([answer.status, codeOf(answer)]).toEqual([405, 'method_not_allowed']);
    expect(answer.head).toMatch(/^allow: GET, HEAD$/im);
    expect(logged).toEqual([]);
  });

  it('is refused with 405 where POST is taken', async () => {
    const answer = await say('DELETE /api/v1/pause');
    expect([answer.status, codeOf(answer)]).toEqual([405, 'method_not_allowed']);
    expect(answer.head).toMatch(/^allow: POST$/im);
  });

  it('is refused with 404 where nothing is', async () => {
    const answer = await say('POST /nothing');
    expect([answer.status, codeOf(answer)]).toEqual([404, 'not_found']);
  });

  it('HEAD is answered like GET, without a body', async () => {
    expect(await say('HEAD /api/v1/status')).toMatchObject({ status: 200, body: '' });
  });
});

describe('what is barely a request', () => {
  it.each([
    ['a method that HTTP does not have', 'BREW /healthz', 'localhost', 400, 'bad_request'],
    ['a path with a backslash', 'GET /\\evil', 'localhost', 400, 'bad_request'],
    ['a host that is none', 'GET /healthz', 'a b', 400, 'bad_request'],
    ['another host', 'POST /api/v1/pause', 'evil.example', 403, 'forbidden'],
    ['a path that is percent-encoded wrongly', 'GET /api/v1/%zz', 'localhost', 404, 'not_found'],
    ['a path that looks like another host', 'GET //evil.example/healthz', 'localhost', 404, 'not_found'],
  ])('is refused, and the log says nothing: %s', async (_what, start, host, status, code) => {
    const answer = await say(start, '', '', host);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(logged).toEqual([]);
  });

  it('a client that leaves in the middle of a body costs no line of the log', async () => {
    const { socket } = await openRawConnection(url);
    socket.write(`POST /api/v1/pause HTTP/1.1\r\nHost: localhost\r\n${RIGHT}${CHUNKED}\r\n${chunk(10)}`);
    await new Promise<void>((resolve) => socket.end('', resolve));
    expect((await say('GET /healthz')).status).toBe(200);
    expect(logged).toEqual([]);
  });
});
