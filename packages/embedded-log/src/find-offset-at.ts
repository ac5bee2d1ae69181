import type { LogLayout } from './log-layout.ts';
import { readBounds } from './partition-bounds.ts';
import { createPartitionReader } from './partition-reader.ts';

const READ_BYTES = 256 * 1024;

/**
 * The offset of the first record of a partition that is of this time or later; `undefined`: there is none. Writers choose their
 * timestamps, so they need not ascend: the log is read from its start.
 */
export async function findOffsetAt(
  layout: LogLayout,
  partition: number,
  timestamp: number,
): Promise<bigint | undefined> {
  const reader = createPartitionReader(layout, partition);
  let { earliest: offset } = await readBounds(layout.bounds(partition));
  for (;;) {
    const read = await reader.read(offset, READ_BYTES);
    if (read.kind === 'nothing-new') return undefined;
    // The log was truncated, or replaced, while it was read.
    if (read.kind === 'out-of-range') return findOffsetAt(layout, partition, timestamp);
    for (const record of read.records) if (record.timestamp >= timestamp) return record.offset;
    offset = read.endOffset;
  }
}
