import type { ObjectStore } from '@client-tickets/micro-batch';
import { z } from 'zod';
import type { DeclaredWindows } from '../layout/declaration.ts';
import { parseEndOffsets, parseLate, parseWatermarks, type EndOffsets } from '../layout/end-offsets.ts';
import { countsKey } from '../layout/result-keys.ts';
import { gatherWindows, WINDOW_COLUMNS, type ReadWindow } from './gather-windows.ts';
import { readJsonLines } from './read-json-lines.ts';
import { READ_LIMITS } from './read-limits.ts';

/** A window as readers see it. */
export interface PublishedWindow extends ReadWindow {
  readonly isFinal: boolean;
}

/** As `PublishedCounts`. `watermarks`: of each partition, those that have one; `undefined`: the file does not say. */
export type PublishedWindows = { readonly key: string } & (
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly problem: string }
  | {
      readonly kind: 'read';
      readonly windows: readonly PublishedWindow[];
      readonly endOffsets: EndOffsets | undefined;
      readonly watermarks: ReadonlyMap<number, number> | undefined;
      /** How many records were late by then at least; `undefined`: the file does not say. */
      readonly late: number | undefined;
    }
);

/** The windows that readers see. Rejects as the store does. */
export async function readPublishedWindows(
  results: Pick<ObjectStore, 'get'>,
  file: DeclaredWindows,
): Promise<PublishedWindows> {
  const key = countsKey(file.name);
  const object = await results.get(key, { mostBytes: READ_LIMITS.countsBytes });
  if (object === undefined) return { key, kind: 'missing' };
  try {
    const { body, metadata } = object;
    const windows = readWindows(body, file);
    return {
      key,
      kind: 'read',
      windows,
      endOffsets: parseEndOffsets(metadata),
      watermarks: parseWatermarks(metadata),
      late: parseLate(metadata),
    };
  } catch (error) {
    return { key, kind: 'damaged', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** In the order of the file. Throws a `RangeError` that says where it is no such file. */
export function readWindows(
  body: Uint8Array,
  file: Pick<DeclaredWindows, 'column' | 'countColumn' | 'unitMs'>,
): readonly PublishedWindow[] {
  const { column, countColumn } = file;
  const lines = readJsonLines(body, new Set([...WINDOW_COLUMNS, column, countColumn, IS_FINAL]));
  const windows = gatherWindows(
    file,
    'line',
    map(lines, ({ value }) => value),
    { [IS_FINAL]: z.boolean() },
  );
  return windows.map(({ more, ...window }) => ({ ...window, isFinal: more[IS_FINAL] === true }));
}

const IS_FINAL = 'is_final';

function* map<T, R>(values: Iterable<T>, next: (value: T) => R): Iterable<R> {
  for (const value of values) yield next(value);
}
