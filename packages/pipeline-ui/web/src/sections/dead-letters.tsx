import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeadLetterView } from '../../../src/api/index.ts';
import { plural } from '../format/numbers.ts';
import { api } from '../live/api-client.ts';
import { messageOf } from '../live/use-request.ts';
import { DeadLetterTable } from '../parts/dead-letter-table.tsx';
import { ReasonSummary } from '../parts/reason-summary.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';

interface Shown {
  readonly letters: readonly DeadLetterView[];
  readonly next: string | null;
  readonly problem: string | null;
  /** How many there were when these were read. */
  readonly total: number;
  readonly reason: string;
}

const MOST_ROWS = 500;

/**
 * What was rejected, newest first. The list does not move under its reader: new ones are offered. Only an empty list fills
 * by itself.
 */
export function DeadLetters({
  total,
  waiting,
}: {
  /** Those that can be read. */
  readonly total: number | null;
  /** Those that are in files that are being filled. */
  readonly waiting: number;
}): JSX.Element {
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [reason, setReason] = useState('');
  const asked = useRef(0);

  async function read(wanted: string, from?: Shown): Promise<void> {
    const turn = ++asked.current;
    setBusy(true);
    try {
      const page = await api.deadLetters({ reason: wanted, before: from?.next ?? undefined });
      if (turn !== asked.current) return;
      setShown({
        letters: [...(from?.letters ?? []), ...page.items],
        next: page.next,
        problem: page.problem,
        total: from?.total ?? total ?? 0,
        reason: wanted,
      });
      setProblem('');
    } catch (error) {
      if (turn === asked.current) setProblem(messageOf(error));
    } finally {
      if (turn === asked.current) setBusy(false);
    }
  }

  const isEmpty = shown === undefined || (shown.letters.length === 0 && shown.reason === '');
  const hasSome = (total ?? 0) > 0;
  useEffect(() => {
    if (hasSome && isEmpty) void read('');
  }, [hasSome, isEmpty, total]);

  const fresh = shown === undefined || isEmpty ? 0 : (total ?? 0) - shown.total;
  return (
    <section id="dead-letters" aria-labelledby="dead-letters-heading">
      <div class="section-head">
        <h2 id="dead-letters-heading">Dead letters</h2>
        {(hasSome || reason !== '') && (
          <form
            role="search"
            class="search"
            onSubmit={(event) => {
              event.preventDefault();
              void read(reason);
            }}
          >
            <label for="reason">Reason</label>
            <input
              id="reason"
              type="search"
              placeholder="such as priority"
              value={reason}
              maxLength={200}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
            <button type="submit">Search</button>
          </form>
        )}
        {fresh > 0 && (
          <button type="button" class="main" onClick={() => void read(reason)}>
            {plural(fresh, 'new one', 'new ones')}
          </button>
        )}
      </div>
      {problem !== '' && <p class="problem">{problem}</p>}
      <p class="problem">{shown?.problem}</p>
      {shown === undefined || shown.letters.length === 0 ? (
        <p class="empty panel">{emptyText(total, waiting, shown, isBusy)}</p>
      ) : (
        <>
          {shown.letters.length > 1 && (
            <ReasonSummary
              reasons={shown.letters.map((letter) => letter.reason)}
              onSearch={(wanted) => {
                setReason(wanted);
                void read(wanted);
              }}
            />
          )}
          <ScrollRegion label="Dead letters" class="panel wide">
            <DeadLetterTable letters={shown.letters} />
          </ScrollRegion>
        </>
      )}
      {shown !== undefined && shown.next !== null && shown.letters.length < MOST_ROWS && (
        <p class="more">
          <button type="button" disabled={isBusy} onClick={() => void read(shown.reason, shown)}>
            {shown.reason === '' ? 'Show older ones' : 'Search further back'}
          </button>
        </p>
      )}
    </section>
  );
}

function emptyText(total: number | null, waiting: number, shown: Shown | undefined, isBusy: boolean): string {
  if (isBusy) return 'Reading …';
  if (shown !== undefined && shown.reason !== '') {
    return `None so far whose reason holds “${shown.reason}”.`;
  }
  if (waiting > 0)
    return `${plural(waiting, 'dead letter is', 'dead letters are')} in files that are being filled; they can be read then.`;
  return total === 0 ? 'No record has been rejected so far.' : 'None known yet.';
}
