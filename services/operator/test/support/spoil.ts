import type { MemoryObjects, Random } from '@client-tickets/micro-batch/testing';
import type { DifferenceCode } from '../../src/verify/difference.ts';

/** The stores of a history, to be spoilt. */
export interface Spoilable {
  readonly results: MemoryObjects;
  readonly checkpoints: MemoryObjects;
  /** Earlier versions of every object. */
  readonly versions: ReadonlyMap<string, readonly Version[]>;
}

export interface Version {
  readonly body: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Expected {
  /** One of them must be found. */
  readonly codes: readonly DifferenceCode[];
  /** What a difference must name, if only one place can be meant. */
  readonly names?: string;
}

/** Spoils one thing. `undefined`: there is nothing of the kind to be spoilt. */
export type Corruption = (
  spoilt: Spoilable,
  random: Random,
) => Expected | undefined | Promise<Expected | undefined>;

interface Frontier {
  endOffset: string;
  state: {
    counts: Record<string, Record<string, number>>;
    windows: { late: number; windows: Record<string, number[]> };
  };
  totals: { rows: number; deadLetters: number; emptyOffsets: number };
}

export interface Checkpoint {
  firstOffset: string;
  counted: Frontier & { batchId: number };
  stored: Frontier;
  recentFiles: {
    startOffset: string;
    endOffset: string;
    rows: number;
    deadLetters: number;
    files: { key: string }[];
  }[];
  gaps: { startOffset: string; endOffset: string; reason: string; isCounted: boolean }[];
}

export const TABLE_LOG = /^tickets\/_delta_log\//;

export function keysOf({ results }: Spoilable, pattern: RegExp): readonly string[] {
  return [...results.objects.keys()].filter((key) => pattern.test(key)).sort();
}

export function textOf(objects: MemoryObjects, key: string): string {
  return Buffer.from(objects.objects.get(key)?.body ?? []).toString();
}

export function replace(objects: MemoryObjects, key: string, body: string | Uint8Array): void {
  const metadata = objects.objects.get(key)?.metadata ?? {};
  objects.write(key, typeof body === 'string' ? Buffer.from(body) : body, { metadata });
}

/** Only what the checkpoint has stored: a file of the plan is not there yet, or will be written again. */
export function changeFile(
  pattern: RegExp,
  codes: readonly DifferenceCode[],
  change: (body: Uint8Array, random: Random) => string | Uint8Array | undefined,
): Corruption {
  return (spoilt, random) => {
    const key = random.pick(keysOf(spoilt, pattern));
    if (key === undefined) return undefined;
    const body = change(spoilt.results.objects.get(key)?.body ?? new Uint8Array(), random);
    if (body === undefined) return undefined;
    replace(spoilt.results, key, body);
    return { codes, names: key };
  };
}

export function changeTable(
  change: (body: Uint8Array, random: Random) => string | Uint8Array | undefined,
): Corruption {
  return async (spoilt, random) => {
    const { codes } = (await changeFile(TABLE_LOG, ['table_differs'], change)(spoilt, random)) ?? {};
    return codes && { codes };
  };
}

export function changeCheckpoint(
  codes: readonly DifferenceCode[],
  change: (checkpoint: Checkpoint, random: Random) => boolean,
): Corruption {
  return ({ checkpoints }, random) => {
    const key = random.pick([...checkpoints.objects.keys()].filter((each) => each.includes('/partition-')));
    if (key === undefined) return undefined;
    const checkpoint = JSON.parse(textOf(checkpoints, key)) as Checkpoint;
    if (!change(checkpoint, random)) return undefined;
    replace(checkpoints, key, JSON.stringify(checkpoint));
    return { codes };
  };
}
