import type { JSX } from 'preact';
import type { Batch } from '../../../src/api/index.ts';
import { showDuration } from '../format/numbers.ts';

type Durations = NonNullable<Batch['durationMs']>;

/** The phases in their order, in a word each; Spark's names are in the API. */
export const PHASES = [
  { phase: 'latestOffset', word: 'Look' },
  { phase: 'getBatch', word: 'Read' },
  { phase: 'walCommit', word: 'Plan' },
  { phase: 'addBatch', word: 'Write' },
  { phase: 'commitOffsets', word: 'Commit' },
] as const satisfies readonly { readonly phase: keyof Durations; readonly word: string }[];

/** How long each phase took, as long as its share of `longestMs`. */
export function PhaseBar({
  durationMs,
  longestMs,
}: {
  readonly durationMs: Durations;
  readonly longestMs: number;
}): JSX.Element {
  const words = PHASES.map(({ phase, word }) => `${word} ${showDuration(durationMs[phase])}`).join(', ');
  return (
    <span class="phase-bar" title={words}>
      <span class="number">{showDuration(durationMs.triggerExecution)}</span>
      <span class="track" aria-hidden="true">
        {PHASES.map(({ phase }) => (
          <span
            key={phase}
            data-phase={phase}
            style={{ width: `${(100 * durationMs[phase]) / longestMs}%` }}
          />
        ))}
      </span>
      <span class="for-readers">: {words}</span>
    </span>
  );
}
