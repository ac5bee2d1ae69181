import type { Upload } from '@client-tickets/micro-batch';
import type { UploadMemory } from './upload-memory.ts';

/** Bytes one after the other. They are overwritten once the call that got them is over, or has failed. */
export type Pieces = readonly Uint8Array[];

/** Where a large object goes part by part, out of sight. */
export interface Parts {
  add(part: Pieces): Promise<void>;
  /** `last`: what comes after the parts; may be empty. */
  complete(key: string, last: Pieces): Promise<void>;
  /** Never rejects. */
  abort(): Promise<void>;
}

/**
 * An upload that keeps up to a part in memory: what is no larger is one `put` and nothing before it; of anything else, full parts
 * are sent, all but the last of the same size. The memory of what could not be sent is not used again: an attempt may still be under
 * way.
 */
export function bufferedUpload(options: {
  readonly partBytes: number;
  readonly memory: UploadMemory;
  readonly put: (key: string, body: Pieces) => Promise<void>;
  readonly beginParts: () => Promise<Parts>;
}): Upload {
  const { partBytes, memory, put, beginParts } = options;
  const { pieceBytes } = memory;
  /** All full but the last. */
  let held: Buffer[] = [];
  let size = 0;
  let parts: Parts | undefined;
  let isAborted = false;

  /** Takes as many of the bytes as there is room for in the last piece and in the part. */
  function append(bytes: Uint8Array): number {
    const used = size % pieceBytes;
    if (used === 0) held.push(memory.take());
    const taken = bytes.subarray(0, Math.min(pieceBytes - used, partBytes - size));
    held.at(-1)?.set(taken, used);
    size += taken.length;
    return taken.length;
  }

  /** Hands over what is held. */
  async function send(to: (part: Pieces) => Promise<void>): Promise<void> {
    const [sent, length] = [held, size];
    held = [];
    size = 0;
    const part = sent.map((piece, index) => piece.subarray(0, length - index * pieceBytes));
    try {
      await to(part);
    } catch (error) {
      memory.abandon(sent);
      throw error;
    }
    memory.give(sent);
  }

  /** What came before is gone: the rest of an object must never be seen as the whole. */
  function checkNotAborted(): void {
    if (isAborted) throw new RangeError('this upload was aborted: nothing more may come');
  }

  return {
    async write(bytes) {
      for (let from = 0; from < bytes.length;) {
        checkNotAborted();
        if (size === partBytes) {
          const begun = (parts ??= await beginParts());
          await send((part) => begun.add(part));
          continue;
        }
        from += append(bytes.subarray(from));
      }
    },
    async complete(key) {
      checkNotAborted();
      await send((part) => (parts === undefined ? put(key, part) : parts.complete(key, part)));
    },
    async abort() {
      isAborted = true;
      memory.give(held);
      held = [];
      size = 0;
      await parts?.abort();
    },
  };
}
