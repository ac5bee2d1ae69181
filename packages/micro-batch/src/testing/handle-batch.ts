import type { BatchHandler, HandledBatch, MicroBatch } from '../ports/batch-handler.ts';
import type { Upload, UploadOptions } from '../ports/object-store.ts';

/** A file as a handler made it. */
export interface HandledFile {
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
}

/** What a handler makes of one batch that has files of its own. */
export async function handleBatch<State>(
  handler: BatchHandler<State>,
  batch: MicroBatch,
  state: State,
): Promise<HandledBatch<State> & { readonly files: readonly HandledFile[] }> {
  const { topic, partition, startOffset, endOffset } = batch;
  const made = new Map<string, HandledFile>();
  const beginUpload = ({ contentType }: Omit<UploadOptions, 'owner'>): Upload => {
    const pieces: Uint8Array[] = [];
    return {
      write: async (bytes) => void pieces.push(Uint8Array.from(bytes)),
      complete: async (key) => void made.set(key, { key, body: Buffer.concat(pieces), contentType }),
      abort: async () => {},
    };
  };
  const open = handler.openFiles({ topic, partition, startOffset, beginUpload });
  const handled = await open.add(batch, state);
  const { files } = await open.finish(endOffset, handler.initialState, handled.state);
  return { ...handled, files: files.flatMap(({ key }) => made.get(key) ?? []) };
}
