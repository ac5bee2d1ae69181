import type { QueryListener } from '@client-tickets/micro-batch';

/** One listener that passes everything on to several. */
export function broadcast(listeners: readonly QueryListener[]): QueryListener {
  return {
    onProgress: (progress) => listeners.forEach((listener) => listener.onProgress?.(progress)),
    onBatch: (...told) => listeners.forEach((listener) => listener.onBatch?.(...told)),
    onFiles: (partition, files) => listeners.forEach((listener) => listener.onFiles?.(partition, files)),
    onStatus: (status) => listeners.forEach((listener) => listener.onStatus?.(status)),
  };
}
