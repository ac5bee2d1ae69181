import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { freePort } from '@client-tickets/testkit';

const PATIENT_MS = 60_000;
const IMPATIENT_MS = 300;
const { services } = z
  .object({ services: z.looseObject({ 'pipeline-ui': z.looseObject({ command: z.array(z.string()) }) }) })
  .parse(parse(readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8'), { merge: true }));
const [, , script = ''] = services['pipeline-ui'].command;

/** The script of the Compose file on other ports. */
function adapted(consumerPort: number, port: number, silenceMs: number): string {
  const changes = [
    ["host: 'consumer', port: 8090", `host: 'localhost', port: ${consumerPort}`],
    ['.listen(8090)', `.listen(${port}, '127.0.0.1', () => console.log('listening'))`],
    ['setTimeout(60_000', `setTimeout(${silenceMs}`],
    ['maxConnections = 256', 'maxConnections = 4'],
  ] as const;
  for (const [from] of changes) expect(script.split(from)).toHaveLength(2);
  return changes.reduce((text, [from, to]) => text.replace(from, to), script);
}

let consumer: Server;
let forwarder: ChildProcess;
let port: number;
const accepted = new Set<Socket>();
let answer: (socket: Socket) => void;

beforeEach(async () => {
  accepted.clear();
  consumer = createServer((socket) => {
    accepted.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => accepted.delete(socket));
    answer(socket);
  });
  await once(consumer.listen(0, '127.0.0.1'), 'listening');
});

/** One that cuts connections which say nothing for so long: only where that is awaited may a busy machine be taken for silent. */
async function startForwarder(silenceMs: number): Promise<void> {
  port = await freePort();
  const { port: consumerPort } = consumer.address() as AddressInfo;
  forwarder = spawn(process.execPath, ['--eval', adapted(consumerPort, port, silenceMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (forwarder.stdout !== null) await once(forwarder.stdout, 'data');
}

afterEach(async () => {
  const ended = once(forwarder, 'exit');
  forwarder.kill();
  await ended;
  for (const socket of accepted) socket.destroy();
  consumer.close();
});

test('passes on both ways, also when the consumer ends with megabytes under way', async () => {
  const body = Buffer.alloc(4 << 20, 'x');
  await startForwarder(PATIENT_MS);
  answer = (socket) => socket.once('data', () => socket.end(body));
  const browser = connect(port, '127.0.0.1');
  browser.write('GET /');
  let received = 0;
  browser.on('data', (bytes) => (received += bytes.length));
  await once(browser, 'close');
  expect(received).toBe(body.length);
});

test('cuts silent connections on both sides, so that clients that went away keep no place', async () => {
  await startForwarder(IMPATIENT_MS);
  answer = (socket) => socket.resume();
  const silent = Array.from({ length: 4 }, () =>
    connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume(),
  );
  await Promise.all(silent.map((browser) => once(browser, 'end')));
  await expect.poll(() => accepted.size).toBe(0);

  answer = (socket) => socket.end('here');
  // One that is slow to begin is cut, too.
  await expect.poll(() => text(connect(port, '127.0.0.1'))).toBe('here');
  for (const browser of silent) browser.destroy();
});

test('takes no more connections at once than its limit', async () => {
  await startForwarder(PATIENT_MS);
  answer = (socket) => socket.resume();
  const browsers = Array.from({ length: 12 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  let closed = 0;
  for (const browser of browsers) browser.on('close', () => closed++);
  await expect.poll(() => closed).toBeGreaterThanOrEqual(8);
  expect(accepted.size).toBeLessThanOrEqual(4);
  for (const browser of browsers) browser.destroy();
});
