import type { QueryProgress } from '@client-tickets/micro-batch';

/** A field that the query does not declare, and how many records had it. */
export interface UnknownField {
  readonly name: string;
  readonly count: number;
}

export interface UnknownFields {
  add(progress: QueryProgress): void;
  /** Those of this run, what comes most often first. */
  list(): readonly UnknownField[];
}

const MOST_NAMES = 32;
/** Stands for all names past the first few: a program that makes names up must fill neither memory nor metrics nor the page. */
const OTHERS = 'other';

export function createUnknownFields(): UnknownFields {
  const counts = new Map<string, number>();
  return {
    add({ observedMetrics }) {
      for (const [name, count] of Object.entries(observedMetrics['unknown_field_count_by_name'] ?? {})) {
        const known = counts.has(name) || counts.size < MOST_NAMES ? name : OTHERS;
        counts.set(known, (counts.get(known) ?? 0) + count);
      }
    },
    list: () => [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
  };
}
