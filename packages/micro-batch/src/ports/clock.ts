/** Time as the engine sees it. The engine never calls `Date.now` or `setTimeout`. */
export interface Clock {
  /** Milliseconds since the epoch: for what people read. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary point: for durations and deadlines. Never goes back. */
  monotonic(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
