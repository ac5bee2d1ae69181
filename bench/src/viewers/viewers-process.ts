import { once } from 'node:events';
import { createConnection } from 'node:net';

/** Opens event streams and says when all are open; of those that read, says at the end what they were sent. */
const [address = '', readers = '0', deaf = '0'] = process.argv.slice(2);
const { hostname, port } = new URL(address);
let events = 0;
let heard = 0;

function open(isDeaf: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), hostname, () => {
      socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`, () => {
        if (isDeaf) resolve();
      });
    });
    socket.on('error', reject);
    if (isDeaf) socket.pause();
    else {
      socket.once('data', () => (heard += 1));
      socket.on('data', (chunk: Buffer) => {
        events += chunk.toString('latin1').split('event: ').length - 1;
        resolve();
      });
    }
  });
}

await Promise.all([
  ...Array.from({ length: Number(readers) }, () => open(false)),
  ...Array.from({ length: Number(deaf) }, () => open(true)),
]);
process.stdout.write(`${JSON.stringify({ open: true })}\n`);
await once(process, 'message');
process.stdout.write(`${JSON.stringify({ events, silentReaders: Number(readers) - heard })}\n`, () =>
  process.exit(0),
);
