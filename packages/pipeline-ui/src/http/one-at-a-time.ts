import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * How many further requests of a connection may wait. A client may send requests before it has read the answers
 * (pipelining), and Node would hand over all of them at once: thousands of answers would wait in memory for a client that
 * never reads.
 */
const MOST_WAITING = 16;

/**
 * Works on one request of a connection at a time: the next one begins when the answer before it was given to the operating
 * system. Where too many wait, the last of them is answered with `Connection: close`, and what comes after it is left to the
 * client to send again (RFC 9112, 9.3.2).
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  const waitingOf = new WeakMap<Socket, (() => void)[]>();

  function start(socket: Socket, response: ServerResponse, work: () => void): void {
    response.once('close', () => {
      const next = socket.destroyed ? undefined : waitingOf.get(socket)?.shift();
      if (next === undefined) waitingOf.delete(socket);
      else next();
    });
    work();
  }

  return (request, response) => {
    const { socket } = request;
    const work = (): void => listener(request, response);
    const waiting = waitingOf.get(socket);
    if (waiting === undefined) {
      waitingOf.set(socket, []);
      start(socket, response, work);
    } else if (waiting.length < MOST_WAITING) {
      if (waiting.length === MOST_WAITING - 1) response.setHeader('connection', 'close');
      waiting.push(() => start(socket, response, work));
    }
  };
}
