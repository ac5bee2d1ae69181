import type { EventTimes, HandledBatch, Observations } from '../ports/batch-handler.ts';

/** What two pieces of one batch are together; the second follows the first. */
export function mergeHandled<State>(
  first: HandledBatch<State>,
  second: HandledBatch<State>,
): HandledBatch<State> {
  const events = first.events && second.events && mergeEvents(first.events, second.events);
  return {
    state: second.state,
    rows: first.rows + second.rows,
    deadLetters: first.deadLetters + second.deadLetters,
    observations: addObservations([first.observations, second.observations]),
    ...(events && { events }),
  };
}

export function addObservations(all: readonly Observations[]): Observations {
  const added: Record<string, Record<string, number>> = {};
  for (const [name, counters] of all.flatMap((observations) => Object.entries(observations))) {
    const into = (added[name] ??= {});
    for (const [counter, value] of Object.entries(counters)) into[counter] = (into[counter] ?? 0) + value;
  }
  return added;
}

function mergeEvents(first: EventTimes, second: EventTimes): EventTimes {
  return {
    count: first.count + second.count,
    min: Math.min(first.min, second.min),
    max: Math.max(first.max, second.max),
    sum: first.sum + second.sum,
    watermark: second.watermark,
    late: first.late + second.late,
    forced: first.forced + second.forced,
  };
}
