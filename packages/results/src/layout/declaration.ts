import type { CountsFile, Query } from '@client-tickets/records';

/** All that readers have to know of a query. */
export type Declaration = Pick<Query, 'table' | 'record' | 'derived' | 'countsFiles'>;

export type DeclaredCounts = Pick<CountsFile, 'name' | 'column' | 'countColumn' | 'values'>;
