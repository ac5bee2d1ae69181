import type { CountsFile, Query, WindowsFile } from '@client-tickets/records';

/** All that readers have to know of a query. */
export type Declaration = Pick<Query, 'table' | 'record' | 'derived' | 'countsFiles' | 'windows'>;

export type DeclaredCounts = Pick<CountsFile, 'name' | 'column' | 'countColumn' | 'values'>;

export type DeclaredWindows = Pick<
  WindowsFile,
  'name' | 'column' | 'countColumn' | 'values' | 'unit' | 'unitMs'
>;
