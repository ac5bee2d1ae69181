import type { RecordChunk } from '../ports/source.ts';

/**
 * What is wrong with the offsets of a chunk, as a sentence; `undefined`: nothing. All that the engine knows of a batch comes
 * from looking offsets up by halving, so one record out of order would hide others, and they would be committed over.
 */
export function describeDisorder(topic: string, chunk: RecordChunk): string | undefined {
  const { partition, startOffset, endOffset, records } = chunk;
  const index = records.findDisorder(chunk);
  if (index === undefined) return undefined;
  const expected = index === 0 ? startOffset : records.offsetAt(index - 1) + 1n;
  return (
    `The source brought a record of ${topic}, partition ${partition}, at offset ${records.offsetAt(index)}, expected one ` +
    `from ${expected} to ${endOffset - 1n}: offsets must ascend within what was read. Nothing of it was taken; ` +
    `the checkpoint is still right. This is a mistake of the source, or of what feeds its log: look at the log there.`
  );
}
