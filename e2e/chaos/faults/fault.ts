import type { StorageKind } from '../run/run-location.ts';
import type { Stage } from '../run/stage.ts';

/** One way in which the world misbehaves while tickets flow. */
export interface Fault {
  /** For `--fault`, and part of what the seed stands for. */
  readonly name: string;
  /** What is done, for the table. */
  readonly title: string;
  readonly storages: readonly StorageKind[];
  /** How many consumers share the topic of an S3 location; a folder takes one. */
  readonly consumers: readonly [least: number, most: number];
  /** How long tickets flow. */
  readonly flowMs: number;
  /** How often it runs in a mix, relative to the others. */
  readonly share: number;
  /** Nothing else may run on the servers meanwhile. */
  readonly disturbsServers?: true;
  /** Consumers reach S3 through the fault proxy. */
  readonly usesProxy?: true;
  /** The clocks of consumers can be shifted. */
  readonly shiftsClocks?: true;
  /** How likely a piece of the tickets is sent again, by another producer. */
  readonly repeats?: number;
  /** About how large a ticket is, in bytes; without it they are as the producer makes them. */
  readonly ticketBytes?: number;
  /** How many tickets flow; without it what the seed says. */
  readonly tickets?: number;
  /** How old files become, in milliseconds; without it what the seed says. */
  readonly rolloverMs?: number;
  /** The formats of files; without it what the seed says. */
  readonly formats?: string;
  /** At the end the table is optimized and vacuumed, and proven after each. */
  readonly tidies?: true;
  /** The folder is a file system of its own, of this size. */
  readonly diskBytes?: number;
  /** Why this can't be done on this machine. */
  readonly missing?: () => Promise<string | undefined>;
  /** Does it, at moments that `stage.random` chooses. What it broke works again when it resolves. */
  inject(stage: Stage): Promise<void>;
}
