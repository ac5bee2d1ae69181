import { parseRange, type OffsetRange } from '@client-tickets/micro-batch';
import type { ResultFormat } from '@client-tickets/results';

/** A file that holds rows or dead letters of one range of offsets of one partition; its name says which. */
export interface RangeFileName {
  readonly kind: 'tickets' | 'dead_letters';
  readonly format: ResultFormat;
  readonly partition: number;
  readonly range: OffsetRange;
  /** The same for all files of the range, and ordered as they are listed: `partition=0/<first>-<last>`. */
  readonly stem: string;
}

export const TICKETS_PREFIX = 'tickets/';
export const DEAD_LETTERS_PREFIX = 'dead_letters/';

const PATTERN = /^(tickets|dead_letters)\/(partition=(0|[1-9]\d{0,8})\/(\d{20}-\d{20}))\.(json|parquet)$/;

/** `undefined`: the query never writes such a key. */
export function parseRangeFileName(key: string): RangeFileName | undefined {
  const [, kind, stem, partition, rangeText, format] = PATTERN.exec(key) ?? [];
  const range = parseRange(rangeText ?? '');
  if (stem === undefined || range === undefined) return undefined;
  if (kind === 'tickets' && (format === 'json' || format === 'parquet')) {
    return { kind, format, partition: Number(partition), range, stem };
  }
  if (kind === 'dead_letters' && format === 'json') {
    return { kind, format, partition: Number(partition), range, stem };
  }
  return undefined;
}
