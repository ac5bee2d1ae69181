import {
  backoffMs,
  type Backoff,
  type Clock,
  ObjectStoreError,
  systemClock,
} from '@client-tickets/micro-batch';

export type StoreOperation = 'get' | 'put' | 'put-if-absent' | 'put-if-match' | 'list' | 'delete';

/**
 * - `ok`; `missing`: no such object; `lost`: the condition of a put did not hold.
 * - `retry`: failed, and is tried again.
 * - `unavailable`, `refused`: failed for good, with this `ObjectStoreError` code.
 */
export type RequestResult = 'ok' | 'missing' | 'lost' | 'retry' | 'unavailable' | 'refused';

/** One attempt of one operation, for metrics. */
export interface RequestEvent {
  readonly operation: StoreOperation;
  readonly result: RequestResult;
  readonly seconds: number;
  /** Of the object's body, when one was sent or received. */
  readonly bytes?: number;
  /** HTTP requests behind this attempt, when more than one: a multi-part upload that runs to its end. */
  readonly requests?: number;
}

/** Before each further attempt: a random wait between 0 and `backoffMs` ("full jitter"); at first 100 ms, at most 5 s by default. */
export interface RetryPolicy extends Backoff {
  /** The first one included. Default 6, which together wait at most 3.1 s. */
  readonly attempts: number;
}

export interface RequestOptions {
  readonly retry?: Partial<RetryPolicy>;
  readonly clock?: Clock;
  /** Between 0 and 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Called once for each attempt. Must not throw. */
  readonly onRequest?: (event: RequestEvent) => void;
}

/**
 * What a failed attempt means:
 * - `not-done`: it is certain that nothing was changed, and a later attempt may succeed.
 * - `unanswered`: it may have been done.
 * - `refused`: another attempt would fail in the same way.
 */
export interface Failure {
  readonly kind: 'not-done' | 'unanswered' | 'refused';
  /** A sentence for people: what was tried, what came back, what to do. */
  readonly message: string;
  readonly cause?: unknown;
}

export interface Answer<T> {
  readonly result: 'ok' | 'missing' | 'lost';
  readonly value: T;
  readonly bytes?: number;
  readonly requests?: number;
}

export interface Request<T> {
  readonly operation: StoreOperation;
  readonly attempt: () => Promise<Answer<T>>;
  readonly explain: (error: unknown) => Failure;
}

export interface RequestLoop {
  /** Tries until there is an answer. Rejects with `ObjectStoreError` only. */
  perform<T>(request: Request<T>): Promise<T>;
  /** Ends every wait; nothing is tried again, and later calls of `perform` reject. */
  close(): void;
}

const DEFAULT_RETRY: RetryPolicy = { attempts: 6, firstMs: 100, longestMs: 5_000 };

/**
 * The one retry policy of all stores. A failure that is `not-done` is tried again whatever the operation; one that is
 * `unanswered` only when doing it twice is harmless. A conditional put is not: after a lost answer its second attempt would
 * meet its own first one and report "lost" for a write that took effect.
 */
export function createRequestLoop(location: string, options: RequestOptions): RequestLoop {
  const { clock = systemClock, random = Math.random, onRequest = () => {} } = options;
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const closing = new AbortController();

  async function perform<T>(request: Request<T>): Promise<T> {
    const { operation } = request;
    const repeatable = operation !== 'put-if-absent' && operation !== 'put-if-match';
    if (closing.signal.aborted) throw new ObjectStoreError('refused', `${location} has been closed.`);
    for (let attempt = 1; ; attempt++) {
      const started = clock.monotonic();
      const report = (result: RequestResult, size: Pick<RequestEvent, 'bytes' | 'requests'> = {}): void =>
        onRequest({ operation, result, seconds: (clock.monotonic() - started) / 1000, ...size });
      try {
        const { value, result, ...size } = await request.attempt();
        report(result, size);
        return value;
      } catch (error) {
        const failure = request.explain(error);
        const final = objectStoreError(failure, attempt);
        const worthIt = failure.kind === 'not-done' || (failure.kind === 'unanswered' && repeatable);
        if (!worthIt || attempt >= retry.attempts || closing.signal.aborted) {
          report(final.code);
          throw final;
        }
        report('retry');
        await clock.sleep(random() * backoffMs(attempt, retry), closing.signal);
        if (closing.signal.aborted) throw final;
      }
    }
  }

  return { perform, close: () => closing.abort() };
}

export function objectStoreError({ kind, message, cause }: Failure, attempts = 1): ObjectStoreError {
  const tried = attempts === 1 ? '' : ` This was attempt ${attempts}.`;
  return new ObjectStoreError(kind === 'refused' ? 'refused' : 'unavailable', message + tried, { cause });
}
