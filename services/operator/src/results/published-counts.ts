import type { ObjectStore } from '@client-tickets/micro-batch';
import type { TicketState } from '@client-tickets/results';
import { z } from 'zod';
import { readJsonLines } from './json-lines.ts';

/** One of the files that show the counts to readers. */
export interface CountsFile {
  readonly key: string;
  /** What its lines count by. */
  readonly column: 'type' | 'support_team' | 'priority';
  /** The same in the state of a checkpoint. */
  readonly of: (state: TicketState) => Readonly<Record<string, number>>;
}

export const COUNTS_FILES: readonly CountsFile[] = [
  { key: 'ticket_counts/part-00000.json', column: 'type', of: (state) => state.ticketCountByType },
  {
    key: 'ticket_counts_by_team/part-00000.json',
    column: 'support_team',
    of: (state) => state.ticketCountByTeam,
  },
  {
    key: 'ticket_counts_by_priority/part-00000.json',
    column: 'priority',
    of: (state) => state.ticketCountByPriority,
  },
];

/**
 * - `missing`: there is no such file.
 * - `damaged`: it can't be read, and why.
 * - `read`: its counts, and up to which offset of each partition they count; without `endOffsets` the file does not say.
 */
export type PublishedCounts = { readonly file: CountsFile } & (
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly problem: string }
  | {
      readonly kind: 'read';
      readonly counts: Readonly<Record<string, number>>;
      readonly endOffsets: ReadonlyMap<number, bigint> | undefined;
    }
);

export function readPublishedCounts(results: ObjectStore): Promise<readonly PublishedCounts[]> {
  return Promise.all(
    COUNTS_FILES.map(async (file): Promise<PublishedCounts> => {
      const object = await results.get(file.key);
      if (object === undefined) return { file, kind: 'missing' };
      try {
        const counts = readCounts(object.body, file.column);
        return { file, kind: 'read', counts, endOffsets: readEndOffsets(object.metadata['end-offsets']) };
      } catch (error) {
        return { file, kind: 'damaged', problem: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

const count = z.int().nonnegative();

function readCounts(body: Uint8Array, column: CountsFile['column']): Readonly<Record<string, number>> {
  const schema = z.strictObject({ [column]: z.string(), ticket_count: count });
  const counts: Record<string, number> = {};
  let line = 0;
  for (const { value } of readJsonLines(body)) {
    line += 1;
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new RangeError(`line ${line}: ${z.prettifyError(parsed.error)}`);
    const name = String(parsed.data[column]);
    if (Object.hasOwn(counts, name)) throw new RangeError(`line ${line}: ${name} is there twice`);
    counts[name] = Number(parsed.data['ticket_count']);
  }
  return counts;
}

const endOffsetsSchema = z.record(z.string().regex(/^\d{1,9}$/), z.string().regex(/^\d{1,19}$/));

/** `{"0":"50","1":"30"}` in the user metadata. `undefined`: it was left out, or a copy has lost it. */
function readEndOffsets(text: string | undefined): ReadonlyMap<number, bigint> | undefined {
  if (text === undefined) return undefined;
  const parsed = endOffsetsSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new RangeError(`metadata end-offsets: ${z.prettifyError(parsed.error)}`);
  return new Map(
    Object.entries(parsed.data).map(([partition, offset]) => [Number(partition), BigInt(offset)]),
  );
}
