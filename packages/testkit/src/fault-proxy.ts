import { once } from 'node:events';
import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@client-tickets/micro-batch/testing';

/** What is done to one request and its answer. */
export type Misbehaviour =
  /** Refused, before anything was done. */
  | 'internal error'
  | 'slow down'
  /** Done, and answered with an error. */
  | 'error after'
  /** The connection breaks before the request was handed on, or when all of it was done. */
  | 'reset before'
  | 'reset after'
  /** The answer breaks off. */
  | 'torn answer'
  /** Handed on seconds later, or answered seconds later. */
  | 'late request'
  | 'late answer';

const MISBEHAVIOURS: readonly Misbehaviour[] = [
  'internal error',
  'slow down',
  'error after',
  'reset before',
  'reset after',
  'torn answer',
  'late request',
  'late answer',
];

const LATE_MS = [500, 3_000] as const;

export interface FaultProxy {
  readonly endpoint: string;
  /** Which part of the requests goes wrong from now on. At first: none. */
  setRate(rate: number): void;
  /** How many went wrong. */
  misbehaved(): number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Stands before an S3 server and lets things go wrong. The signature holds: it covers the `Host` that the client has sent. */
export async function startFaultProxy(target: string, random: Random): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  let rate = 0;
  let misbehaved = 0;

  async function handOn(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const { method, headers, url = '/' } = request;
    const onward = send(new URL(url, target), { method: method ?? 'GET', headers, agent });
    onward.end(body);
    const [response] = (await once(onward, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 502, headers: response.headers, body: await readAll(response) };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const misbehaviour = random.chance(rate) ? random.pick(MISBEHAVIOURS) : undefined;
    const late = LATE_MS[0] + random.below(LATE_MS[1]);
    const onward = (): Promise<Answer> => handOn(request, body);
    if (misbehaviour !== undefined) misbehaved += 1;
    switch (misbehaviour) {
      case undefined:
        return reply(response, await onward());
      case 'internal error':
        return reply(response, failure(500, 'InternalError'));
      case 'slow down':
        return reply(response, failure(503, 'SlowDown'));
      case 'error after':
        await onward();
        return reply(response, failure(500, 'InternalError'));
      case 'reset before':
        response.socket?.resetAndDestroy();
        return;
      case 'reset after':
        await onward();
        response.socket?.resetAndDestroy();
        return;
      case 'torn answer':
        return tear(response, await onward());
      case 'late request':
        await delay(late);
        return reply(response, await onward());
      case 'late answer': {
        const answer = await onward();
        await delay(late);
        return reply(response, answer);
      }
    }
  }

  const server = createServer((request, response) => {
    // The server behind may be gone, and so may the client: both look like a broken connection.
    serve(request, response).catch(() => response.socket?.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    setRate: (next) => {
      rate = next;
    },
    misbehaved: () => misbehaved,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(body);
}

function tear(response: ServerResponse, { status, headers, body }: Answer): void {
  const { 'transfer-encoding': _, ...others } = headers;
  response.writeHead(status, { ...others, 'content-length': body.length + 10 });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
  response.flushHeaders();
}

function failure(status: number, code: string): Answer {
  const body = Buffer.from(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
  return {
    status,
    headers: { 'content-type': 'application/xml', 'content-length': String(body.length) },
    body,
  };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
