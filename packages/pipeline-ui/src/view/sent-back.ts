import type { Clock, ObjectStore, RecordPosition } from '@client-tickets/micro-batch';
import { openJournal, showPosition, type RequeueJournal } from '@client-tickets/results';
import { createPolled } from '../stores/polled.ts';
import { QUIET_EVERY_MS } from './look-again.ts';

/** Dead letters that `tickets dead-letters requeue` has sent to the topic again. */
export interface SentBack {
  /** Where a dead letter has gone, as `partition:offset`; `null`: it was not sent back. */
  placeOf(letter: { readonly partition: number; readonly offset: string }): string | null;
  /** How many of a partition were. */
  countOf(partition: number): number;
  readonly problem: string | undefined;
  /** Looks every minute, or every five seconds for those who look at dead letters (`isForReader`). */
  refresh(options: { readonly isForReader: boolean }): Promise<void>;
}

const FOR_READERS_EVERY_MS = 5_000;

export function createSentBack({
  clock,
  checkpoints,
  topic,
}: {
  readonly clock: Clock;
  /** Only read from. */
  readonly checkpoints: ObjectStore;
  readonly topic: string;
}): SentBack {
  let journal: RequeueJournal | undefined;
  const polled = createPolled({
    clock,
    everyMs: QUIET_EVERY_MS,
    async read(): Promise<ReadonlyMap<string, RecordPosition>> {
      if (journal === undefined) journal = (await openJournal(checkpoints, topic))?.journal;
      else await journal.readOn();
      return journal?.sentTo() ?? new Map();
    },
  });
  return {
    placeOf({ partition, offset }) {
      const place = polled.value?.get(`${partition}:${offset}`);
      return place === undefined ? null : showPosition(place);
    },
    countOf(partition) {
      const places = [...(polled.value?.keys() ?? [])];
      return places.filter((place) => place.startsWith(`${partition}:`)).length;
    },
    get problem() {
      return polled.problem;
    },
    refresh: ({ isForReader }) => polled.refresh(isForReader ? { everyMs: FOR_READERS_EVERY_MS } : {}),
  };
}
