import { windowEnd } from '@client-tickets/records';
import { z } from 'zod';
import type { DeclaredWindows } from '../layout/declaration.ts';

/** A window as a file has it; times in milliseconds since the epoch, `end` as it is shown. */
export interface ReadWindow {
  readonly start: number;
  readonly end: number;
  /** Of each value that the file names. */
  readonly counts: Readonly<Record<string, number>>;
}

export const WINDOW_COLUMNS = ['window_start', 'window_end'] as const;

const time = z.union([
  z.iso.datetime().transform((text) => Date.parse(text)),
  z.bigint().transform((micros) => Number(micros) / 1_000),
]);
const count = z.union([z.int(), z.bigint().transform(Number)]).pipe(z.int().nonnegative());

/**
 * The windows of a file that has a row for each of their values, in its order. `more`: what else a row has, the same in all rows of a
 * window. `place`: what a row is called there. Throws a `RangeError` that says where it is no such file.
 */
export function gatherWindows(
  { column, countColumn, unitMs }: Pick<DeclaredWindows, 'column' | 'countColumn' | 'unitMs'>,
  place: 'line' | 'row',
  rows: Iterable<unknown>,
  more: Readonly<Record<string, z.ZodType>> = {},
): readonly (ReadWindow & { readonly more: Readonly<Record<string, unknown>> })[] {
  const [startColumn, endColumn] = WINDOW_COLUMNS;
  const named = { [startColumn]: time, [endColumn]: time, [column]: z.string(), [countColumn]: count };
  const schema = z.strictObject({ ...named, ...more });
  const windows = new Map<
    number,
    ReadWindow & { counts: Record<string, number>; more: Record<string, unknown> }
  >();
  let number = 0;
  for (const row of rows) {
    number += 1;
    const wrong = (problem: string): RangeError => new RangeError(`${place} ${number}: ${problem}`);
    const parsed = schema.safeParse(row);
    if (!parsed.success) throw wrong(z.prettifyError(parsed.error));
    const {
      [startColumn]: start,
      [endColumn]: end,
      [column]: name,
      [countColumn]: counted,
      ...rest
    } = parsed.data;
    const window = windows.get(Number(start)) ?? {
      start: Number(start),
      end: Number(end),
      counts: {},
      more: rest,
    };
    const isSame = Object.entries(rest).every(([key, value]) => window.more[key] === value);
    if (end !== windowEnd(window.start, unitMs) || !isSame)
      throw wrong('it is not the window that it begins like');
    if (Object.hasOwn(window.counts, String(name))) throw wrong(`${String(name)} is there twice`);
    window.counts[String(name)] = Number(counted);
    windows.set(window.start, window);
  }
  return [...windows.values()];
}
