import type { Clock, QueryListener, QueryProgress, QueryStatus } from '@client-tickets/micro-batch';

/** The part of `StreamingQuery` that the UI uses. */
export interface AttachedQuery {
  status(): QueryStatus;
  pause(): void;
  resume(): void;
}

/** What the UI wants to know at once. Called on the engine's path: only notes something down. */
export interface QueryObserver extends Required<Omit<QueryListener, 'onStatus'>> {
  /** `status`: as the query has just told it. */
  onStatus(status?: QueryStatus): void;
}

/** This consumer's query, also before it exists. */
export interface QueryView {
  readonly listener: Required<QueryListener>;
  readonly query: AttachedQuery | undefined;
  /** The latest progress of this run, oldest first. */
  readonly recentProgress: readonly QueryProgress[];
  /** `undefined` before there is a query. */
  status(): QueryStatus | undefined;
  /** What is being waited for before there is a query. */
  readonly announcement: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  attach(query: AttachedQuery): void;
  announce(message: string): void;
}

const KEPT_PROGRESS = 100;

export function createQueryView({
  clock,
  observer,
}: {
  readonly clock: Clock;
  readonly observer: QueryObserver;
}): QueryView {
  const startedAt = clock.now();
  const recentProgress: QueryProgress[] = [];
  let query: AttachedQuery | undefined;
  let announcement = 'starting';
  /** Statuses come through the listener before `attach` can be called with what `StreamingQuery.start` returns. */
  let reported: QueryStatus | undefined;
  return {
    startedAt,
    recentProgress,
    get query() {
      return query;
    },
    get announcement() {
      return announcement;
    },
    listener: {
      onProgress(progress) {
        recentProgress.push(progress);
        if (recentProgress.length > KEPT_PROGRESS) recentProgress.shift();
        observer.onProgress(progress);
      },
      onBatch: (partition, batch, progress) => observer.onBatch(partition, batch, progress),
      onFiles: (partition, files) => observer.onFiles(partition, files),
      onStatus(status) {
        reported = status;
        observer.onStatus(status);
      },
    },
    status: () => query?.status() ?? reported,
    attach(attached) {
      query = attached;
      observer.onStatus();
    },
    announce(message) {
      announcement = message;
      observer.onStatus();
    },
  };
}
