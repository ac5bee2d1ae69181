/** The longest time without progress of committed offsets while tickets waited. */
export interface StallMeter {
  /** What is so at one moment, in milliseconds. `committed` is `undefined` when it could not be read. */
  observe(at: number, committed: number | undefined, acknowledged: number): void;
  longestMs(): number;
}

export function createStallMeter(): StallMeter {
  let since: number | undefined;
  let known = 0;
  let longest = 0;
  return {
    observe(at, committed, acknowledged) {
      if (since !== undefined) longest = Math.max(longest, at - since);
      if (committed !== undefined && committed > known) {
        known = committed;
        since = undefined;
      }
      since = acknowledged > known ? (since ?? at) : undefined;
    },
    longestMs: () => Math.round(longest),
  };
}
