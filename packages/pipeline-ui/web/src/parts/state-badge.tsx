import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Status } from '../../../src/api/index.ts';
import { showCount } from '../format/numbers.ts';
import type { Connection } from '../live/live-source.ts';

type Tone = 'good' | 'quiet' | 'warn' | 'bad';

const WORDS: Readonly<Record<Status['state'], readonly [word: string, tone: Tone]>> = {
  starting: ['Starting', 'quiet'],
  waiting: ['Waiting', 'good'],
  running: ['Running', 'good'],
  recovering: ['Recovering', 'warn'],
  paused: ['Paused', 'warn'],
  stopping: ['Stopping', 'quiet'],
  stopped: ['Stopped', 'quiet'],
  failed: ['Failed', 'bad'],
};

/** The state in a word, and what it means; the only part of the page that is read out when it changes. */
export function StateBadge({
  connection,
  status,
  lag,
}: {
  readonly connection: Connection;
  readonly status: Status | undefined;
  /** Records that wait in all partitions. */
  readonly lag: number | null;
}): JSX.Element {
  const [word, tone]: readonly [string, Tone] =
    status === undefined ? ['Connecting', 'quiet'] : WORDS[status.state];
  useEffect(() => {
    document.title = status === undefined ? 'Client tickets' : `${word} · Client tickets`;
  }, [word, status === undefined]);
  const isOld = connection.kind === 'lost' && status?.state !== 'failed';
  return (
    <p class="state" role="status" data-tone={isOld ? 'quiet' : tone} data-state={status?.state}>
      <span class="dot" aria-hidden="true" />
      <strong>{isOld ? 'No connection' : word}</strong>{' '}
      {status !== undefined && !isOld && status.state !== 'failed' && (
        <span class="message">{messageOf(status, word, lag)}</span>
      )}
    </p>
  );
}

/** While it has no partitions, what waits matters more than what it waits for. */
function messageOf({ state, assigned, message }: Status, word: string, lag: number | null): string {
  const rest = withoutWord(message, word);
  if (state !== 'starting' || assigned || lag === null || lag === 0) return rest;
  return `not reading yet, ${showCount(lag)} waiting; ${rest}`;
}

/** `waiting for new records` after the word `Waiting` is said once. */
function withoutWord(message: string, word: string): string {
  const isRepeated = message.toLowerCase().startsWith(word.toLowerCase());
  return isRepeated ? message.slice(word.length).replace(/^[;:,\s]+/, '') : message;
}
