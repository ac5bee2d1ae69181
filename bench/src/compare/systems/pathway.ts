import { z } from 'zod';
import type { System } from '../system.ts';
import { pythonPeer } from './python-peer.ts';

const JOB = "`mode='static'`, Rust engine with a worker thread for each core: counts and enriched JSON";

/**
 * With `checkpoints` its input is persisted, which is what there is without a licence key: the kind that persists operators
 * alone asks for one. Without, it does less than the job and shows how fast its engine is.
 */
function pathwayPeer(checkpoints: boolean): System {
  return pythonPeer({
    name: checkpoints ? 'pathway' : 'pathway-no-checkpoint',
    installation: 'pathway',
    title: checkpoints ? 'Pathway 0.33.0' : 'Pathway 0.33.0, no checkpoint',
    job: `${JOB}, ${checkpoints ? 'input persisted in a local folder every second (`pw.persistence`)' : 'nothing persisted: all is lost in a crash'}`,
    guess: { startSeconds: 3, secondsPerMillion: checkpoints ? 12 : 7 },
    moreArguments: () => [checkpoints ? 'checkpoints' : 'none'],
    moreEnvironment: ({ cores }) => ({ PATHWAY_THREADS: String(cores) }),
    countsFile: 'counts.jsonl',
    enriched: { format: 'json', glob: 'enriched/enriched.json' },
    readCounts: readChanges,
  });
}

export const pathway = pathwayPeer(true);
export const pathwayWithoutCheckpoint = pathwayPeer(false);

const changeSchema = z.object({ type: z.string(), ticket_count: z.number(), diff: z.number() });

/** A count comes with `diff` 1, and goes with -1 when the next one replaces it. */
function readChanges(text: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const { type, ticket_count, diff } = changeSchema.parse(JSON.parse(line));
    if (diff > 0) counts[type] = ticket_count;
  }
  return counts;
}
