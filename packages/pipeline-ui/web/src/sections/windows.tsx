import type { JSX } from 'preact';
import type { Windows as WindowValues } from '../../../src/api/index.ts';
import { WindowChart } from '../parts/window-chart.tsx';

/** Records by event time: a chart for each table of windows; nothing where the query declares none. */
export function Windows({ windows }: { readonly windows: WindowValues | undefined }): JSX.Element | null {
  if (windows === undefined || windows.tables.length === 0) return null;
  return (
    <>
      {windows.tables.map((table) => (
        <WindowChart key={table.name} table={table} />
      ))}
    </>
  );
}
