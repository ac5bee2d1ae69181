import { encodeSmallTable, windowName } from '@client-tickets/records';
import { encodeJsonLines } from './json-lines.ts';
import type { DeclaredWindows } from './layout/declaration.ts';
import type { ResultFormat } from './layout/result-keys.ts';
import type { TableWindow } from './window-table.ts';

/** The declared values in the order of a window's rows, each with the place of its count. */
function sortedValues({ values }: Pick<DeclaredWindows, 'values'>) {
  return values.map((value, index) => ({ value, index })).sort((a, b) => (a.value < b.value ? -1 : 1));
}

/**
 * A line for each declared value of each window, by start and then by value:
 * `{"window_start":"2026-11-26T09:00:00Z","window_end":"2026-11-26T10:00:00Z","type":"BILLING","ticket_count":3,"is_final":false}`.
 */
export function encodeWindowsFile(file: DeclaredWindows, windows: readonly TableWindow[]): Uint8Array {
  return encodeJsonLines(linesOf(file, windows, ({ isFinal }) => `,"is_final":${isFinal}`));
}

function* linesOf(
  file: DeclaredWindows,
  windows: readonly TableWindow[],
  more: (window: TableWindow) => string,
): Iterable<string> {
  const places = sortedValues(file).map(({ value, index }) => {
    return {
      index,
      text: `${JSON.stringify(file.column)}:${JSON.stringify(value)},${JSON.stringify(file.countColumn)}`,
    };
  });
  for (const window of windows) {
    const times = `"window_start":"${windowName(window.startMs)}","window_end":"${windowName(window.endMs)}"`;
    const end = more(window);
    for (const { index, text } of places) yield `{${times},${text}:${window.counts[index] ?? 0}${end}}`;
  }
}

/** The windows of a day, all of them final, in one of the formats. Its bytes follow from the windows alone. */
export function encodeFinalWindows(
  file: DeclaredWindows,
  windows: readonly TableWindow[],
  format: ResultFormat,
): Uint8Array {
  if (format === 'json') return encodeJsonLines(linesOf(file, windows, () => ''));
  const sorted = sortedValues(file);
  const rows = windows.flatMap((window) =>
    sorted.map(({ value, index }) => ({ window, value, count: window.counts[index] ?? 0 })),
  );
  return encodeSmallTable([
    { name: 'window_start', kind: 'timestamp', values: rows.map(({ window }) => window.startMs) },
    { name: 'window_end', kind: 'timestamp', values: rows.map(({ window }) => window.endMs) },
    { name: file.column, kind: 'text', values: rows.map(({ value }) => value) },
    { name: file.countColumn, kind: 'integer', values: rows.map(({ count }) => count) },
  ]);
}
