import { connect, type Socket } from 'node:net';

/** A client that says what it likes, byte by byte. */
export interface RawConnection {
  readonly socket: Socket;
  /** What the server has said once it ends the connection, or `isEnough` of it. */
  readonly readUntil: (isEnough: (said: string) => boolean) => Promise<string>;
}

export async function openRawConnection(url: string): Promise<RawConnection> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined); // the server may cut it, which then reads as the end
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  let said = '';
  return {
    socket,
    readUntil(isEnough) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!isEnough(said) && !socket.closed) return;
          socket.off('data', add).off('close', look);
          resolve(said);
        };
        const add = (chunk: Buffer): void => {
          said += chunk.toString('latin1');
          look();
        };
        socket.on('data', add).on('close', look);
        look();
      });
    },
  };
}
