import type { CountedState, ObjectStore } from '@client-tickets/micro-batch';
import {
  emptyCounts,
  mergeCounts,
  type Counts,
  type Query,
  type QueryState,
  type WindowState,
} from '@client-tickets/records';
import { encodeCountsFile } from './counts-file-body.ts';
import { FinalWindows } from './final-windows.ts';
import { encodeOffsets, encodeProgress, type EndOffsets } from './layout/end-offsets.ts';
import { countsKey } from './layout/result-keys.ts';
import { finalUntil, shownWindows, windowTable, type TableWindow } from './window-table.ts';
import { encodeWindowsFile } from './windows-file-body.ts';

type Counted = ReadonlyMap<number, CountedState<QueryState>>;

/** A file that is replaced whole whenever what it shows has changed. */
export interface PublishedFile {
  readonly key: string;
  /** Whether its metadata has the watermarks of partitions. */
  readonly hasWatermarks: boolean;
  /** Whether it may be left as it is when another publication follows soon. */
  readonly mayWait: boolean;
  /** `partitions`: all of the topic, those without a checkpoint too. */
  encode(counted: Counted, partitions: readonly number[]): Uint8Array;
  metadata(counted: Counted): Readonly<Record<string, string>>;
}

export interface PublishedFiles {
  readonly files: readonly PublishedFile[];
  /**
   * What is put once: windows of days that are over. Before that, `listPartitions` is asked for those of this moment: one that was just
   * added may still count for that day.
   */
  putFinal(
    counted: Counted,
    partitions: readonly number[],
    listPartitions: () => Promise<readonly number[]>,
  ): Promise<void>;
  /** As `CountsPublisher` says. */
  droppableUntil(): number;
}

export function createPublishedFiles(query: Query, store: ObjectStore): PublishedFiles {
  const counts = query.countsFiles.map((file): PublishedFile => {
    return {
      key: countsKey(file.name),
      hasWatermarks: false,
      mayWait: false,
      encode: (counted) => encodeCountsFile(file, mergedCounts(query, counted)),
      metadata: (counted) => encodeOffsets(endOffsetsOf(counted), storedOffsetsOf(counted)),
    };
  });
  const { windows } = query;
  if (windows === undefined)
    return { files: counts, putFinal: () => Promise.resolve(), droppableUntil: () => -Infinity };
  const final = new FinalWindows(windows, store);
  const tableOf = (counted: Counted, until: number | undefined): readonly TableWindow[] =>
    windowTable(windows, windowsOf(counted), until);
  const live: PublishedFile = {
    key: countsKey(windows.name),
    hasWatermarks: true,
    mayWait: true,
    encode: (counted, partitions) => {
      const until = finalOf(counted, partitions);
      return encodeWindowsFile(windows, shownWindows(windows, tableOf(counted, until), until));
    },
    metadata: (counted) =>
      encodeProgress(endOffsetsOf(counted), storedOffsetsOf(counted), {
        watermarks: watermarksOf(counted),
        late: [...counted.values()].reduce((sum, { state }) => sum + (state.windows?.late ?? 0), 0),
      }),
  };
  return {
    files: [...counts, live],
    putFinal: async (counted, partitions, listPartitions) => {
      const known = finalOf(counted, partitions);
      const until = final.isDayOver(known) ? finalOf(counted, await listPartitions()) : known;
      return final.put(() => tableOf(counted, until), until, prunedUntil(counted));
    },
    droppableUntil: () => final.droppableUntil,
  };
}

function windowsOf(counted: Counted): readonly WindowState[] {
  return [...counted.values()].flatMap(({ state }) => state.windows ?? []);
}

/** As `finalUntil` says. Nothing is final while a partition has no checkpoint: what it holds is not known yet. */
function finalOf(counted: Counted, partitions: readonly number[]): number | undefined {
  return partitions.every((partition) => counted.has(partition)) ? finalUntil(windowsOf(counted)) : undefined;
}

function prunedUntil(counted: Counted): number | undefined {
  const marks = windowsOf(counted).flatMap((windows) => windows.prunedUntil ?? []);
  return marks.length === 0 ? undefined : Math.max(...marks.map((mark) => Date.parse(mark)));
}

function mergedCounts(query: Query, counted: Counted): Counts {
  return [...counted.values()].reduce((sum, { state }) => mergeCounts(sum, state.counts), emptyCounts(query));
}

export function endOffsetsOf(counted: Counted): EndOffsets {
  return new Map([...counted].map(([partition, { endOffset }]) => [partition, endOffset]));
}

function storedOffsetsOf(counted: Counted): EndOffsets {
  return new Map([...counted].map(([partition, { storedOffset }]) => [partition, storedOffset]));
}

/** Of the partitions that have one, in milliseconds since the epoch. */
export function watermarksOf(counted: Counted): ReadonlyMap<number, number> {
  return new Map(
    [...counted].flatMap(([partition, { state }]) => {
      const watermark = state.windows?.watermark ?? null;
      return watermark === null ? [] : [[partition, Date.parse(watermark)] as const];
    }),
  );
}
