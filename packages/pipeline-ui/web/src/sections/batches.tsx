import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Batch, Batches as BatchPage } from '../../../src/api/index.ts';
import { plural as pluralOf } from '../format/numbers.ts';
import { api } from '../live/api-client.ts';
import { holdBatches, type HeldBatches } from '../live/held-batches.ts';
import { messageOf } from '../live/use-request.ts';
import { BatchRow } from '../parts/batch-row.tsx';
import { PHASES } from '../parts/phase-bar.tsx';
import type { Share } from '../live/share.ts';
import { ScrollRegion } from '../parts/scroll-region.tsx';
import { capitalized, useRecordNames } from '../live/record-names.ts';

const MOST_ROWS = 300;

/**
 * The latest micro-batches, live. Once older ones were asked for, none that was shown goes away. The list does not move under its reader:
 * while the pointer is on it, the keyboard is in it or a batch is open, new ones are offered.
 */
export function Batches({
  batches,
  share,
}: {
  readonly batches: BatchPage | undefined;
  readonly share: Share;
}): JSX.Element {
  const { plural } = useRecordNames();
  const [older, setOlder] = useState<readonly Batch[]>([]);
  const [next, setNext] = useState<string | null | undefined>(undefined);
  const [problem, setProblem] = useState('');
  const [open, setOpen] = useState<Batch | undefined>(undefined);

  const live = batches?.items ?? [];
  // The one that is open stays, also when newer ones have pushed it out of the latest.
  const kept = open === undefined ? older : [open, ...older];
  const latest = kept.length === 0 ? live : merge(live, kept);
  const list = useRef<HTMLDivElement>(null);
  const held = useRef<HeldBatches | undefined>(undefined);
  const [isPointedAt, setPointedAt] = useState(false);
  const [hasFocus, setHasFocus] = useState(false);
  /** How often the newest were asked for. */
  const [turn, setTurn] = useState(0);
  const isHeld = isPointedAt || hasFocus || open !== undefined;
  held.current = isHeld ? holdBatches(held.current, latest) : undefined;
  const rows = held.current?.rows ?? latest;
  const fresh = held.current?.fresh.size ?? 0;
  const cursor = next === undefined ? (batches?.next ?? null) : next;
  useEffect(() => {
    // What newer batches push out of the latest would otherwise be missing between them and the older ones.
    if (next !== undefined) setOlder((shown) => merge(batches?.items ?? [], shown).slice(0, MOST_ROWS));
  }, [batches, next]);
  const hasRequests = rows.some(({ storeRequests }) => Object.keys(storeRequests ?? {}).length > 0);
  const longest = Math.max(1, ...rows.map(({ durationMs }) => durationMs?.triggerExecution ?? 0));

  function showNewest(): void {
    held.current = undefined;
    setTurn(turn + 1);
  }
  useLayoutEffect(() => {
    // What had the focus has gone.
    if (turn > 0) list.current?.querySelector<HTMLElement>('.toggle')?.focus({ preventScroll: true });
  }, [turn]);

  async function showOlder(): Promise<void> {
    if (cursor === null) return;
    try {
      const page = await api.batches(cursor);
      setOlder(merge(merge(live, older), page.items).slice(0, MOST_ROWS));
      setNext(page.next);
      setProblem('');
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  return (
    <section
      id="batches"
      aria-labelledby="batches-heading"
      // A click leaves the focus behind, too: it would hold the list long after its reader has gone.
      onFocusIn={({ target }) => setHasFocus(target instanceof Element && target.matches(':focus-visible'))}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setHasFocus(false);
      }}
    >
      <div class="section-head">
        <h2 id="batches-heading">
          Micro-batches
          {share.isPart && (
            <small class="scope">
              of all consumers, each of which numbers its own: the same number may be there twice
            </small>
          )}
        </h2>
        <button type="button" class="fresh" disabled={fresh === 0} onClick={showNewest}>
          {pluralOf(fresh, 'new batch', 'new batches')}
        </button>
        <p role="status" class="for-readers">
          {fresh > 0 && 'The list of batches waits while you are in it; new ones can be shown above it.'}
        </p>
        <ul class="legend phases" aria-label="Phases of a batch">
          {PHASES.map(({ phase, word }) => (
            <li key={phase} data-phase={phase} title={phase}>
              {word}
            </li>
          ))}
        </ul>
      </div>
      {rows.length === 0 ? (
        <p class="empty panel">
          No batch yet. The first one appears as soon as there are {plural} in the topic.
        </p>
      ) : (
        <div ref={list} onPointerEnter={() => setPointedAt(true)} onPointerLeave={() => setPointedAt(false)}>
          <ScrollRegion label="Micro-batches" class="panel wide">
            <table class="batches">
              <thead>
                <tr>
                  <th scope="col">Batch</th>
                  <th scope="col">Counted</th>
                  <th scope="col">Partition and offsets</th>
                  <th scope="col" class="number">
                    {capitalized(plural)}
                  </th>
                  <th scope="col" class="number">
                    Dead letters
                  </th>
                  <th scope="col">Duration</th>
                  {hasRequests && (
                    <th scope="col" class="number">
                      Store requests
                    </th>
                  )}
                </tr>
              </thead>
              <tbody>
                {rows.map((batch) => (
                  <BatchRow
                    key={batch.key}
                    batch={batch}
                    longestMs={longest}
                    hasRequests={hasRequests}
                    isOpen={open?.key === batch.key}
                    onToggle={() => setOpen(open?.key === batch.key ? undefined : batch)}
                  />
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        </div>
      )}
      {cursor !== null && rows.length > 0 && rows.length < MOST_ROWS && (
        <p class="more">
          <button type="button" onClick={() => void showOlder()}>
            Show older batches
          </button>{' '}
          {problem !== '' && <span class="problem">{problem}</span>}
        </p>
      )}
    </section>
  );
}

/** What is live replaces what was read earlier, because a batch may have grown by another partition since. */
function merge(newer: readonly Batch[], older: readonly Batch[]): readonly Batch[] {
  const byKey = new Map([...older, ...newer].map((batch) => [batch.key, batch]));
  return [...byKey.values()].sort(
    (a, b) => Date.parse(b.countedAt) - Date.parse(a.countedAt) || b.batchId - a.batchId,
  );
}
