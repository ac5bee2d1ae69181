import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that Linux gives to connections and to servers that ask for none, and away from those of `pnpm servers`. */
const [FIRST, LAST] = [25_000, 28_000];
let next = randomInt(FIRST, LAST);

/**
 * A port of 127.0.0.1 that is free now, another one each time. Whatever starts meanwhile is not given it: a server that takes seconds
 * to start finds it free.
 */
export async function freePort(): Promise<number> {
  for (let tries = FIRST; tries < LAST; tries += 1) {
    const port = next;
    next = next + 1 < LAST ? next + 1 : FIRST;
    if (await isFree(port)) return port;
  }
  throw new Error(`expected a free port from ${FIRST} to ${LAST}, found none`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
