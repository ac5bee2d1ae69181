import type { Upload } from '@client-tickets/micro-batch';

/** Where a large object goes piece by piece, out of sight. */
export interface Parts {
  add(part: Uint8Array): Promise<void>;
  /** `last`: what comes after the parts; may be empty. */
  complete(key: string, last: Uint8Array): Promise<void>;
  /** Never rejects. */
  abort(): Promise<void>;
}

/**
 * An upload that keeps up to a part in memory: what is no larger is one `put` and nothing before it; of anything else, parts are sent
 * as they become full.
 */
export function bufferedUpload(options: {
  readonly partBytes: number;
  readonly put: (key: string, body: Uint8Array) => Promise<void>;
  readonly beginParts: () => Promise<Parts>;
}): Upload {
  const { partBytes, put, beginParts } = options;
  let pieces: Uint8Array[] = [];
  let size = 0;
  let parts: Parts | undefined;

  const take = (): Uint8Array => {
    const [first = new Uint8Array(), ...others] = pieces;
    const part = others.length === 0 ? first : Buffer.concat(pieces);
    pieces = [];
    size = 0;
    return part;
  };
  return {
    async write(bytes) {
      if (bytes.length === 0) return;
      pieces.push(Uint8Array.from(bytes));
      size += bytes.length;
      if (size < partBytes) return;
      parts ??= await beginParts();
      await parts.add(take());
    },
    complete: (key) => (parts === undefined ? put(key, take()) : parts.complete(key, take())),
    async abort() {
      take();
      await parts?.abort();
    },
  };
}
