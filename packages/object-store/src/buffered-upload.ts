import type { Upload } from '@client-tickets/micro-batch';
import type { UploadMemory } from './upload-memory.ts';

/** Where a large object goes piece by piece, out of sight. */
export interface Parts {
  /** The part is used again once this resolves. */
  add(part: Uint8Array): Promise<void>;
  /** `last`: what comes after the parts; may be empty. */
  complete(key: string, last: Uint8Array): Promise<void>;
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
  readonly put: (key: string, body: Uint8Array) => Promise<void>;
  readonly beginParts: () => Promise<Parts>;
}): Upload {
  const { partBytes, memory, put, beginParts } = options;
  let held: Buffer | undefined;
  let size = 0;
  let parts: Parts | undefined;
  let isAborted = false;

  function append(bytes: Uint8Array): void {
    const wanted = size + bytes.length;
    if (held === undefined || held.length < wanted) {
      const larger = memory.take(parts === undefined ? wanted : partBytes);
      if (held !== undefined) {
        held.copy(larger, 0, 0, size);
        memory.give(held);
      }
      held = larger;
    }
    held.set(bytes, size);
    size = wanted;
  }

  /** Hands over what is held. */
  async function send(to: (part: Uint8Array) => Promise<void>): Promise<void> {
    const sent = held;
    const part = sent?.subarray(0, size) ?? new Uint8Array();
    held = undefined;
    size = 0;
    await to(part);
    if (sent !== undefined) memory.give(sent);
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
        const to = Math.min(bytes.length, from + partBytes - size);
        append(bytes.subarray(from, to));
        from = to;
      }
    },
    async complete(key) {
      checkNotAborted();
      await send((part) => (parts === undefined ? put(key, part) : parts.complete(key, part)));
    },
    async abort() {
      isAborted = true;
      if (held !== undefined) memory.give(held);
      held = undefined;
      size = 0;
      await parts?.abort();
    },
  };
}
