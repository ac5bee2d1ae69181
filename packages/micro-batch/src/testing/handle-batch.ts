import type { BatchHandler, HandledBatch, MicroBatch } from '../ports/batch-handler.ts';
import { collectUploads, type HandledFile } from './collect-uploads.ts';

/** What a handler makes of one batch that has files of its own. */
export async function handleBatch<State>(
  handler: BatchHandler<State>,
  batch: MicroBatch,
  state: State,
): Promise<HandledBatch<State> & { readonly files: readonly HandledFile[] }> {
  const { topic, partition, startOffset, endOffset } = batch;
  const { beginUpload, files: made } = collectUploads();
  const open = handler.openFiles({ topic, partition, startOffset, beginUpload });
  const handled = await open.add(batch, state);
  const { files } = await open.finish(endOffset, handler.initialState, handled.state);
  return { ...handled, files: files.flatMap(({ key }) => made.get(key) ?? []) };
}
