/** One request to an object store, as packages/object-store reports it. */
export interface StoreRequest {
  readonly operation: string;
  readonly result: string;
  readonly seconds: number;
  readonly bytes?: number;
  /** HTTP requests behind it, when more than one. */
  readonly requests?: number;
}

export type RequestCounts = Readonly<Record<string, number>>;

/** Counts the engine's requests between batches. Those that the UI makes through the same stores are taken off. */
export interface RequestCounter {
  add(request: StoreRequest): void;
  /** The UI has read something. */
  addOwn(operation: 'get' | 'list'): void;
  /** By operation, since the last call; `undefined` when no store reports requests. */
  take(): RequestCounts | undefined;
}

export function createRequestCounter(): RequestCounter {
  let counts: Record<string, number> = {};
  let isReported = false;
  const add = (operation: string, requests: number): void => {
    counts[operation] = (counts[operation] ?? 0) + requests;
  };
  return {
    add({ operation, requests = 1 }) {
      isReported = true;
      add(operation, requests);
    },
    addOwn: (operation) => add(operation, -1),
    take() {
      if (!isReported) return undefined;
      const taken = Object.fromEntries(Object.entries(counts).filter(([, requests]) => requests > 0));
      counts = {};
      return taken;
    },
  };
}
