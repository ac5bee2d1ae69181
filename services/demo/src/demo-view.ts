import type { QueryListener } from '@client-tickets/micro-batch';
import type { LiveDisplay } from './live-display.ts';
import type { DemoState } from './picture.ts';

type Counts = DemoState['counts'];

/** Keeps what the demo shows, from what producer and query report. */
export interface DemoView {
  readonly listener: QueryListener;
  onProduced(tickets: number): void;
}

export function createDemoView(display: LiveDisplay, wanted: number, counted: Counts): DemoView {
  let state: DemoState = { produced: 0, wanted, counts: counted, batches: [] };
  const show = (change: Partial<DemoState>): void => {
    state = { ...state, ...change };
    display.update(state);
  };
  return {
    onProduced: (produced) => show({ produced }),
    listener: {
      onProgress: ({ batchId, sink, batchDuration, observedMetrics }) =>
        show({
          counts: addCounts(state.counts, observedMetrics['ticket_counts'] ?? {}),
          batches: [
            ...state.batches,
            {
              batchId,
              tickets: sink.numOutputRows,
              deadLetters: sink.numDeadLetters,
              milliseconds: batchDuration,
            },
          ],
        }),
    },
  };
}

function addCounts(a: Counts, b: Counts): Counts {
  const sum = { ...a };
  for (const [type, count] of Object.entries(b)) sum[type] = (sum[type] ?? 0) + count;
  return sum;
}
