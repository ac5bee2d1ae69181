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

export const CHECKPOINTS = /\/partition-/;

/** Each ends with a line feed. */
export const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1);
export const toText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export function replace(objects: MemoryObjects, key: string, body: string | Uint8Array): void {
  objects.write(key, body, { metadata: objects.objects.get(key)?.metadata ?? {} });
}

/** Only what the checkpoint has stored: a file of the plan is not there yet, or will be written again. */
export function changeFile(
  pattern: RegExp,
  codes: readonly DifferenceCode[],
  change: (text: string, random: Random, body: Uint8Array) => string | Uint8Array | undefined,
): Corruption {
  return ({ results }, random) => {
    const key = random.pick(results.keys(pattern));
    if (key === undefined) return undefined;
    const body = change(results.text(key), random, results.bytes(key));
    if (body === undefined) return undefined;
    replace(results, key, body);
    return { codes, names: key };
  };
}

export function tear(pattern: RegExp, codes: readonly DifferenceCode[]): Corruption {
  return changeFile(pattern, codes, (_, random, body) => body.subarray(0, random.below(body.length)));
}

export function drop(pattern: RegExp, codes: readonly DifferenceCode[]): Corruption {
  return ({ results }, random) => {
    const key = random.pick(results.keys(pattern));
    if (key === undefined) return undefined;
    results.objects.delete(key);
    return { codes, names: key };
  };
}

/** Puts a former version of a file in its place: what it says has been true. */
export function putBack(pattern: RegExp): Corruption {
  return ({ results, versions }, random) => {
    const key = random.pick(results.keys(pattern).filter((each) => (versions.get(each)?.length ?? 0) > 1));
    const version = random.pick((versions.get(key ?? '') ?? []).slice(0, -1));
    if (key === undefined || version === undefined) return undefined;
    results.write(key, version.body, { metadata: version.metadata });
    return { codes: ['counts_behind'], names: key };
  };
}

/** The same, where a difference may name another place. */
export function unnamed(corrupt: Corruption): Corruption {
  return async (spoilt, random) => {
    const { codes } = (await corrupt(spoilt, random)) ?? {};
    return codes && { codes };
  };
}

export function changeTable(change: Parameters<typeof changeFile>[2]): Corruption {
  return unnamed(changeFile(TABLE_LOG, ['table_differs'], change));
}

export function changeCheckpoint(
  codes: readonly DifferenceCode[],
  change: (checkpoint: Checkpoint, random: Random) => boolean,
): Corruption {
  return ({ checkpoints }, random) => {
    const key = random.pick(checkpoints.keys(CHECKPOINTS));
    if (key === undefined) return undefined;
    const checkpoint = JSON.parse(checkpoints.text(key)) as Checkpoint;
    if (!change(checkpoint, random)) return undefined;
    replace(checkpoints, key, JSON.stringify(checkpoint));
    return { codes };
  };
}
