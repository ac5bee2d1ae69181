import type { Clock, OffsetRange, Source, SourceRecord } from '@client-tickets/micro-batch';

/** What the log holds at some offsets of each partition. Each partition's ranges ascend and do not overlap. */
export type Windows = ReadonlyMap<number, readonly OffsetRange[]>;
export type RecordsRead = ReadonlyMap<number, readonly SourceRecord[]>;

/**
 * Reads the records of some ranges through a source of its own, which is alone in its group, and stops it. Rejects when that
 * takes longer than `timeoutMs`: a partition may have no leader, or a transaction may be open.
 */
export async function readRecords(
  source: Source,
  windows: Windows,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<RecordsRead> {
  const records = new Map<number, SourceRecord[]>([...windows.keys()].map((partition) => [partition, []]));
  const left = new Map([...windows].filter(([, ranges]) => ranges.length > 0).map(([p, r]) => [p, [...r]]));
  if (left.size === 0) return records;
  const abandoned = new AbortController();
  try {
    const read = new Promise<void>((resolve, reject) => {
      const go = (partition: number): void => {
        const next = left.get(partition)?.[0];
        if (next === undefined) source.pause(partition);
        else source.seek(partition, next.startOffset);
      };
      source
        .start({
          onAssignment: (partitions) => partitions.forEach(go),
          onError: reject,
          onChunk: ({ partition, endOffset, records: block }) => {
            const ranges = left.get(partition);
            const range = ranges?.[0];
            if (ranges === undefined || range === undefined) return;
            for (let index = 0; index < block.length; index += 1) {
              const record = block.at(index);
              if (record.offset >= range.startOffset && record.offset < range.endOffset)
                records.get(partition)?.push(record);
            }
            if (endOffset < range.endOffset) return;
            ranges.shift();
            if (ranges.length === 0) left.delete(partition);
            go(partition);
            if (left.size === 0) resolve();
          },
        })
        .catch(reject);
    });
    const late = clock.sleep(timeoutMs, abandoned.signal).then(() => {
      if (abandoned.signal.aborted) return;
      const which = [...left.keys()].join(', ');
      throw new Error(`partitions ${which} could not be read within ${timeoutMs / 1_000} s`);
    });
    await Promise.race([read, late]);
    return records;
  } finally {
    abandoned.abort();
    await source.stop();
  }
}
