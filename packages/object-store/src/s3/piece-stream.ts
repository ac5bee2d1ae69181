import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Pieces } from '../buffered-upload.ts';

/** A body in several pieces, sent one after the other: they are not joined, nor encrypted by TLS all at once. */
class PieceStream extends Readable {
  readonly sha256: string;
  readonly #pieces: Pieces;
  #next = 0;

  constructor(pieces: Pieces) {
    super();
    this.#pieces = pieces;
    const hash = createHash('sha256');
    for (const piece of pieces) hash.update(piece);
    this.sha256 = hash.digest('hex');
  }

  override _read(): void {
    this.push(this.#pieces[this.#next++] ?? null);
  }
}

/** What a command sends. A stream is read once, so each attempt needs another one. */
export function bodyOf(pieces: Pieces): {
  readonly Body: Uint8Array | Readable;
  readonly ContentLength: number;
} {
  const [only = new Uint8Array()] = pieces;
  return { Body: pieces.length > 1 ? new PieceStream(pieces) : only, ContentLength: sizeOf(pieces) };
}

export function sizeOf(pieces: Pieces): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** Signs the bytes of the pieces. The SDK would send a stream as `UNSIGNED-PAYLOAD`, and the server could not check what arrives. */
export function signPieces(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (isRequest(request) && request.body instanceof PieceStream)
        request.headers['x-amz-content-sha256'] = request.body.sha256;
      return next(args);
    },
    { step: 'build', name: 'signPieces' },
  );
}

function isRequest(
  value: unknown,
): value is { readonly headers: Record<string, string>; readonly body?: unknown } {
  return typeof value === 'object' && value !== null && 'headers' in value;
}
