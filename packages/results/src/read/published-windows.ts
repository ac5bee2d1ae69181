import type { ObjectStore } from '@client-tickets/micro-batch';
import { windowEnd } from '@client-tickets/records';
import { z } from 'zod';
import type { DeclaredWindows } from '../layout/declaration.ts';
import { parseEndOffsets, parseLate, parseWatermarks, type EndOffsets } from '../layout/end-offsets.ts';
import { countsKey } from '../layout/result-keys.ts';
import { readJsonLines } from './read-json-lines.ts';
import { READ_LIMITS } from './read-limits.ts';

/** A window as readers see it; times in milliseconds since the epoch, `end` excluded. */
export interface PublishedWindow {
  readonly start: number;
  readonly end: number;
  readonly isFinal: boolean;
  readonly counts: Readonly<Record<string, number>>;
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
  { column, countColumn, unitMs }: Pick<DeclaredWindows, 'column' | 'countColumn' | 'unitMs'>,
): readonly PublishedWindow[] {
  const time = z.iso.datetime().transform((text) => Date.parse(text));
  const schema = z.strictObject({
    window_start: time,
    window_end: time,
    [column]: z.string(),
    [countColumn]: z.int().nonnegative(),
    is_final: z.boolean(),
  });
  const windows = new Map<
    number,
    Omit<PublishedWindow, 'counts'> & { readonly counts: Map<string, number> }
  >();
  let line = 0;
  for (const { value } of readJsonLines(body, new Set(Object.keys(schema.shape)))) {
    line += 1;
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new RangeError(`line ${line}: ${z.prettifyError(parsed.error)}`);
    const [start, end] = [Number(parsed.data['window_start']), Number(parsed.data['window_end'])];
    const isFinal = parsed.data['is_final'] === true;
    const name = String(parsed.data[column]);
    const window = windows.get(start) ?? { start, end, isFinal, counts: new Map() };
    if (end !== windowEnd(start, unitMs) || window.isFinal !== isFinal)
      throw new RangeError(`line ${line}: it is not the window that it begins like`);
    if (window.counts.has(name)) throw new RangeError(`line ${line}: ${name} is there twice`);
    window.counts.set(name, Number(parsed.data[countColumn]));
    windows.set(start, window);
  }
  return [...windows.values()].map((window) => ({ ...window, counts: Object.fromEntries(window.counts) }));
}
