import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Status } from '../../../src/api/index.ts';

/** What the query calls its records: `ticket`, `tickets`. */
export type RecordNames = Status['records'];

const UNTIL_KNOWN: RecordNames = { singular: 'record', plural: 'records' };

const context = createContext<RecordNames | undefined>(undefined);

export const RecordNamesProvider = context.Provider;

export function useRecordNames(): RecordNames {
  return useContext(context) ?? UNTIL_KNOWN;
}

/** As a heading begins: `Tickets`. */
export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
