/** Runs tasks of the same name one after another, in the order they came; different names at once. */
export interface KeyQueue {
  run<T>(name: string, task: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

export function createKeyQueue(): KeyQueue {
  const last = new Map<string, Promise<unknown>>();
  return {
    run: async (name, task) => {
      const before = last.get(name);
      const mine = (async () => {
        await before?.catch(() => {}); // a failed task is its caller's business and does not stop the next one
        return task();
      })();
      last.set(name, mine);
      try {
        return await mine;
      } finally {
        if (last.get(name) === mine) last.delete(name);
      }
    },
    idle: async () => {
      while (last.size > 0) await Promise.allSettled(last.values());
    },
  };
}
