import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '@client-tickets/micro-batch';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Problem } from '../api/index.ts';
import { oneAtATime } from './one-at-a-time.ts';

/**
 * - `port_taken`, `port_forbidden`: the port is in use, or too low for this user.
 * - `no_such_address`: the machine does not have the address.
 * - `failed`: anything else.
 */
export type PipelineUiErrorCode = 'port_taken' | 'port_forbidden' | 'no_such_address' | 'failed';

/** Why the pipeline UI can't be served, naming the variable to change. */
export class PipelineUiError extends Error {
  override readonly name = 'PipelineUiError';
  readonly code: PipelineUiErrorCode;

  constructor(code: PipelineUiErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

export interface Address {
  /** `HTTP_HOST` */
  readonly host: string;
  /** `HTTP_PORT`; 0 takes a free one. */
  readonly port: number;
}

export interface HttpServer {
  readonly url: string;
  /** Requests under way get `graceMs` to end. */
  close(graceMs: number): Promise<void>;
}

/** What clients may cost. */
export interface HttpLimits {
  /** Further ones are closed at once. */
  readonly connections: number;
  /** How long a client may take to send the headers of a request, from when it has connected. */
  readonly headersMs: number;
  /** And for the whole request. */
  readonly requestMs: number;
  /** After this long without a byte going either way a connection is dropped: so is a reader that never reads. */
  readonly silenceMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connections: 600,
  headersMs: 10_000,
  requestMs: 20_000,
  silenceMs: 60_000,
};

export async function startHttpServer(
  app: Pick<Hono, 'fetch'>,
  { host, port }: Address,
  logger: Logger,
  limits: HttpLimits = HTTP_LIMITS,
): Promise<HttpServer> {
  const answer = getRequestListener(app.fetch, {
    hostname: host,
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      if (error instanceof RequestError) return Response.json(badRequest(error.message), { status: 400 });
      logger.error({ err: error }, 'an answer could not be given');
      return new Response(null, { status: 500 });
    },
  });
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.headersMs,
    },
    oneAtATime((request, response) => void answer(request, response)),
  );
  server.maxConnections = limits.connections;
  server.setTimeout(limits.silenceMs);
  server.on('clientError', refuse);
  await listen(server, { host, port });
  // Such as too many open files: without a listener it would end the process.
  server.on('error', (error: Error) => logger.warn({ err: error }, 'a connection could not be accepted'));
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${shownHost(host)}:${actual}`,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** What never becomes a request: answered in the form of every other refusal, as Node's own answers have no body. */
function refuse(error: Error, socket: Duplex): void {
  if (!socket.writable || ('code' in error && error.code === 'ECONNRESET')) {
    socket.destroy();
    return;
  }
  const [status, message] = explainRefusal('code' in error ? error.code : undefined);
  const body = JSON.stringify(badRequest(message));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}

function explainRefusal(code: unknown): readonly [status: string, message: string] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return ['431 Request Header Fields Too Large', 'address and headers are longer than 16 kB together'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ['408 Request Timeout', 'the request took too long to come'];
  return ['400 Bad Request', 'this is no HTTP request'];
}

function badRequest(message: string): Problem {
  return { error: { code: 'bad_request', message } };
}

async function listen(server: Server, { host, port }: Address): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw explain(error, { host, port });
  }
}

function explain(error: unknown, { host, port }: Address): PipelineUiError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const options = { cause: error };
  if (code === 'EADDRINUSE') {
    return new PipelineUiError(
      'port_taken',
      `HTTP_PORT: expected a free port, but another process listens on ${host}:${port}. End it, or set HTTP_PORT to another one (0 takes any).`,
      options,
    );
  }
  if (code === 'EACCES') {
    return new PipelineUiError(
      'port_forbidden',
      `HTTP_PORT: this user may not listen on port ${port}. Set it to 1024 or above.`,
      options,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new PipelineUiError(
      'no_such_address',
      `HTTP_HOST: expected an address of this machine, found ${JSON.stringify(host)}. 127.0.0.1 is for this machine alone, 0.0.0.0 for all networks.`,
      options,
    );
  }
  return new PipelineUiError('failed', `the pipeline UI can't listen on ${host}:${port}`, options);
}

/** Something that a person can click on. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
