import type { PartitionOffsets } from '@client-tickets/micro-batch';

/**
 * Notices a consumer that lives on and consumes nothing: one that neither heartbeats nor fetches nor joins, and one that
 * does, but brings nothing of a partition that is known to hold more.
 *
 * Time is counted in checks, made at even intervals, not read from a clock: a process that was frozen for an hour has
 * made no checks meanwhile, so it is not taken for a stuck one when it wakes up.
 */
export class Watchdog {
  readonly #mostSilentChecks: number;
  #silentChecks = 0;
  #behind = new Map<number, { readonly latest: bigint; checks: number }>();

  /** `mostSilentChecks`: how many checks in a row may find nothing. */
  constructor(mostSilentChecks: number) {
    this.#mostSilentChecks = mostSilentChecks;
  }

  /** The group's coordinator or a broker has answered. */
  alive(): void {
    this.#silentChecks = 0;
  }

  /** The partition was read, moved, paused or resumed: its wait starts again. */
  moved(partition: number): void {
    this.#behind.delete(partition);
  }

  /** What is known of a partition that is being delivered from `position`. */
  known(partition: number, position: bigint, { latest }: PartitionOffsets): void {
    if (latest <= position) this.#behind.delete(partition);
    else this.#behind.set(partition, { latest, checks: this.#behind.get(partition)?.checks ?? 0 });
  }

  assigned(): void {
    this.#behind.clear();
    this.alive();
  }

  /** What is wrong, for people; `undefined` when nothing is. */
  check(): string | undefined {
    this.#silentChecks += 1;
    if (this.#silentChecks > this.#mostSilentChecks) return 'neither heartbeats nor fetches';
    for (const [partition, behind] of this.#behind) {
      behind.checks += 1;
      if (behind.checks > this.#mostSilentChecks) {
        return `partition ${partition} holds offsets up to ${behind.latest - 1n}, but nothing of it arrives`;
      }
    }
    return undefined;
  }
}
