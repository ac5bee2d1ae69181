import net from 'node:net';
import type { ISocketFactory } from 'kafkajs';

const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
/** A port. */
export const NOBODY_LISTENS = 1;

/** Connections that break as those of a real network do. */
export class BreakableSockets {
  readonly #open = new Set<net.Socket>();
  #mode: 'normal' | 'refuse' | 'hang' = 'normal';
  #tearNextAt: number | undefined;
  #refusals = 0;
  readonly #refused = new Set<() => void>();
  /** Changes what a broker says before it is read; returns whether it has. */
  #lie: ((said: Buffer) => boolean) | undefined;

  readonly socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const isRefused = this.#mode === 'refuse';
    const socket = net.connect({ host, port: isRefused ? NOBODY_LISTENS : port }, () => {
      onConnect();
      if (this.#mode === 'hang') socket.pause();
    });
    const push = socket.push.bind(socket);
    socket.push = (chunk: unknown) => {
      if (Buffer.isBuffer(chunk) && this.#tearNextAt !== undefined && chunk.length > this.#tearNextAt) {
        socket.emit('data', chunk.subarray(0, this.#tearNextAt));
        this.#tearNextAt = undefined;
        socket.destroy(reset());
        return false;
      }
      if (Buffer.isBuffer(chunk) && this.#lie?.(chunk) === true) this.#lie = undefined;
      return push(chunk);
    };
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      if (!isRefused) return;
      this.#refusals += 1;
      for (const wake of this.#refused) wake();
    });
    return socket;
  };

  /** Resolves once none is open any more. */
  async allClosed(): Promise<void> {
    const closed = (socket: net.Socket) => new Promise((resolve) => socket.once('close', resolve));
    await Promise.all([...this.#open].map(closed));
  }

  /** Resolves once so many new connections were refused, from the first `cut` on. */
  async refused(count: number): Promise<void> {
    while (this.#refusals < count) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#refused.delete(wake);
          resolve();
        };
        this.#refused.add(wake);
      });
    }
  }

  /** All connections break. New ones are refused until `heal`. */
  cut(): void {
    this.#mode = 'refuse';
    for (const socket of this.#open) socket.destroy(reset());
  }

  /** Nothing comes back any more, on new connections neither, until `heal`. */
  hang(): void {
    this.#mode = 'hang';
    for (const socket of this.#open) socket.pause();
  }

  heal(): void {
    this.#mode = 'normal';
    for (const socket of this.#open) socket.resume();
  }

  /** Once: what a broker says is changed in place, as soon as `change` finds what it looks for. */
  lieOnce(change: (said: Buffer) => boolean): void {
    this.#lie = change;
  }

  /** The next large response is cut off after so many bytes, and its connection with it. */
  tearNextResponse(atByte: number): void {
    this.#tearNextAt = atByte;
  }
}
