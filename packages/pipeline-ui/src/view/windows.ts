import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import { readPublishedWindows, type DeclaredWindows } from '@client-tickets/results';
import type { Windows, WindowsTable } from '../api/index.ts';
import { createPolled } from '../stores/polled.ts';
import { latestWindows, type FoundWindow } from './window-columns.ts';

/** What is published of one table of windows. */
export interface FoundWindows extends Pick<WindowsTable, 'name' | 'column' | 'per'> {
  /** As they are declared; windows may hold others, which come after them. */
  readonly kinds: readonly string[];
  readonly windows: readonly FoundWindow[];
}

/**
 * The published windows, looked at every two seconds while a page is open: they are closed also when no record comes. `read` says what
 * of that the store is asked for.
 */
export interface WindowsView {
  /** `undefined` before they were read. */
  windows(): Windows | undefined;
  /** Why the last read failed. */
  readonly problem: string | undefined;
  refresh(options: { readonly force: boolean }): Promise<void>;
}

const EVERY_MS = 2_000;

export function createWindowsView(options: {
  readonly clock: Clock;
  /** `isForced`: from the store, whatever is known. */
  readonly read: (isForced: boolean) => Promise<readonly FoundWindows[]>;
  /** How many records came too late; `null`: not known. */
  readonly late: () => number | null;
}): WindowsView {
  const { clock, read, late } = options;
  const published = createPolled({
    clock,
    everyMs: EVERY_MS,
    read: async (isForced) => (await read(isForced)).map((table) => toTable(table, clock.now())),
  });
  return {
    windows: () =>
      published.value && {
        tables: published.value.map((table) => ({ ...table, late: late() })),
        problem: published.problem ?? null,
      },
    get problem() {
      return published.problem;
    },
    refresh: (options) => published.refresh(options),
  };
}

function toTable(
  { name, column, per, kinds: declared, windows }: FoundWindows,
  nowMs: number,
): Omit<WindowsTable, 'late'> {
  const kinds = [...new Set([...declared, ...windows.flatMap(({ counts }) => Object.keys(counts))])];
  return { name, column, per, kinds, windows: latestWindows(windows, kinds, per, nowMs) };
}

/** None where the query declares none. Rejects as the store does, and for a file that can't be read. */
export async function readTables(
  results: ObjectStore,
  file: DeclaredWindows | undefined,
): Promise<readonly FoundWindows[]> {
  if (file === undefined) return [];
  const found = await readPublishedWindows(results, file);
  if (found.kind === 'damaged') throw new Error(`${results.location}${found.key}: ${found.problem}`);
  const { name, column, unit, values } = file;
  const table = { name, column, per: unit, kinds: values };
  if (found.kind === 'missing') return [{ ...table, windows: [] }];
  const windows = found.windows.map(({ start, isFinal, counts }) => ({ startMs: start, isFinal, counts }));
  return [{ ...table, windows }];
}
