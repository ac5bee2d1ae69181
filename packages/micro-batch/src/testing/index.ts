export { collectUploads, type HandledFile } from './collect-uploads.ts';
export { handleBatch } from './handle-batch.ts';
export { interceptStore, type Interceptor, type StoreRequest } from './intercepted-store.ts';
export { ManualClock } from './manual-clock.ts';
export { MemoryLog } from './memory-log.ts';
export { createMemoryObjectStore, MemoryObjects } from './memory-object-store.ts';
export { createRandom, type Random } from './random.ts';
export { Simulation, SimulatedHost } from './simulated-host.ts';
