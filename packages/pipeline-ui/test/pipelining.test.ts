import type { Socket } from 'node:net';
import { silentLogger } from '@client-tickets/micro-batch';
import type { HttpBindings } from '@hono/node-server';
import { expect, it, onTestFinished } from 'vitest';
import { startHttpServer } from '../src/http/http-server.ts';
import { openRawConnection } from './raw-connection.ts';
import { createUiPipeline } from './ui-pipeline.ts';

const CONNECTIONS = 4;
/** Far more answers than an operating system takes for a client that does not read. */
const REQUESTS = 20_000;

it('four clients that ask for the OpenAPI document over and over and never read cost one answer each', async () => {
  const { app } = createUiPipeline().ui;
  const sockets = new Set<Socket>();
  let begun = 0;
  let mostHeld = 0;
  const held = (): number => [...sockets].reduce((sum, { writableLength }) => sum + writableLength, 0);
  const fetch = (request: Request, env?: unknown) => {
    begun += 1;
    sockets.add((env as HttpBindings).incoming.socket);
    mostHeld = Math.max(mostHeld, held());
    return app.fetch(request, env);
  };
  const server = await startHttpServer({ fetch }, { host: '127.0.0.1', port: 0 }, silentLogger);
  onTestFinished(() => server.close(0));
  const document = Buffer.byteLength(
    await (await globalThis.fetch(`${server.url}/api/v1/openapi.json`)).text(),
  );
  begun = 0;

  const ask = 'GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(REQUESTS);
  for (let index = 0; index < CONNECTIONS; index += 1) {
    const { socket } = await openRawConnection(server.url);
    onTestFinished(() => void socket.destroy());
    socket.pause();
    socket.write(ask);
  }
  // One is answered, sixteen may wait, and then the connection is closed.
  await expect.poll(() => begun).toBeGreaterThanOrEqual(CONNECTIONS);
  await expect.poll(async () => (await globalThis.fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(begun).toBeLessThanOrEqual(CONNECTIONS * 17 + 100);
  expect(mostHeld).toBeLessThan(2 * CONNECTIONS * document);
});
