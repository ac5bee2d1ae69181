import { z } from 'zod';

/** Also a 64-bit integer of a Parquet file, where it is one that a number holds. */
const whole = z.coerce.number().int();
const pairs = z.record(z.string(), z.string().nullable());
const text = z.string().nullish();

const action = z.object({
  protocol: z.object({ minReaderVersion: whole, minWriterVersion: whole }).nullish(),
  metaData: z
    .object({
      id: z.string(),
      name: text,
      description: text,
      format: z.object({ provider: z.string(), options: pairs.nullish() }),
      schemaString: z.string(),
      partitionColumns: z.array(z.string()),
      configuration: pairs,
      createdTime: whole.nullish(),
    })
    .nullish(),
  txn: z.object({ appId: z.string(), version: z.coerce.bigint(), lastUpdated: whole.nullish() }).nullish(),
  add: z
    .object({
      path: z.string(),
      partitionValues: pairs,
      size: whole,
      modificationTime: whole,
      stats: text,
      tags: pairs.nullish(),
    })
    .nullish(),
  remove: z
    .object({
      path: z.string(),
      deletionTimestamp: whole.nullish(),
      extendedFileMetadata: z.boolean().nullish(),
      partitionValues: pairs.nullish(),
      size: whole.nullish(),
    })
    .nullish(),
  commitInfo: z.object({ timestamp: z.number().nullish().catch(undefined) }).nullish(),
});

/**
 * A line of a commit, or a row of a checkpoint: one of these. Up to writer version 2 of Delta's protocol they are all that makes up
 * the state of a table; `commitInfo` tells of a commit, and is in no checkpoint.
 */
export type Action = z.infer<typeof action>;
export type Protocol = NonNullable<Action['protocol']>;
export type MetaData = NonNullable<Action['metaData']>;
export type Txn = NonNullable<Action['txn']>;
export type Add = NonNullable<Action['add']>;
export type Remove = NonNullable<Action['remove']>;

/** Throws an `Error` when it is none. */
export function toAction(value: unknown): Action {
  return action.parse(value);
}

const VERSION = /"version"\s*:\s*(\d+)/;

/** The actions of a commit, from its text. Throws an `Error` when it is no commit. */
export function readActions(commit: string): readonly Action[] {
  const lines = commit.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const found: unknown = JSON.parse(line);
    const txn = asTxn.safeParse(found);
    if (!txn.success) return toAction(found);
    // A number of JavaScript does not hold each offset: its digits are taken from the text.
    return toAction({ txn: { ...txn.data.txn, version: VERSION.exec(line)?.[1] } });
  });
}

const asTxn = z.object({ txn: z.record(z.string(), z.unknown()) });
