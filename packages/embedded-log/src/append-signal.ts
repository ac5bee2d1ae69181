const listeners = new Map<string, Set<() => void>>();

/**
 * Calls `listener` whenever a writer in this process has appended to the log in `folder`. Readers in other processes
 * look for themselves every now and then. Returns a function that ends it.
 */
export function onAppend(folder: string, listener: () => void): () => void {
  const ofFolder = listeners.get(folder) ?? new Set();
  listeners.set(folder, ofFolder.add(listener));
  return () => {
    ofFolder.delete(listener);
    if (ofFolder.size === 0) listeners.delete(folder);
  };
}

export function signalAppend(folder: string): void {
  for (const listener of listeners.get(folder) ?? []) listener();
}
