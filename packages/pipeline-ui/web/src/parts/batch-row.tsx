import type { JSX } from 'preact';
import type { Batch } from '../../../src/api/index.ts';
import { showCount, showRange } from '../format/numbers.ts';
import { showTime } from '../format/times.ts';
import { BatchDetails } from './batch-details.tsx';
import { PhaseBar } from './phase-bar.tsx';

export function BatchRow({
  batch,
  longestMs,
  hasRequests,
  isOpen,
  onToggle,
}: {
  readonly batch: Batch;
  readonly longestMs: number;
  /** Whether any batch has store requests to show: a folder has none. */
  readonly hasRequests: boolean;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}): JSX.Element {
  const { key, batchId, countedAt, parts, rows, deadLetters, durationMs, storeRequests } = batch;
  const details = `batch-${key}`;
  return (
    <>
      <tr data-open={isOpen ? '' : undefined}>
        <th scope="row">
          <button
            type="button"
            class="toggle"
            aria-expanded={isOpen}
            aria-controls={details}
            onClick={onToggle}
          >
            <span class="for-readers">Batch </span>
            {batchId}
          </button>
        </th>
        <td class="time">
          <time dateTime={countedAt}>{showTime(countedAt)}</time>
        </td>
        <td>
          <ul class="offsets">
            {parts.map(({ partition, startOffset, endOffset }) => (
              <li key={partition}>
                <span class="partition">
                  <span class="for-readers">partition </span>
                  {partition}
                </span>{' '}
                {showRange(startOffset, endOffset)}
              </li>
            ))}
          </ul>
        </td>
        <td class="number">{showCount(rows)}</td>
        <td class="number" data-tone={deadLetters > 0 ? 'warn' : 'none'}>
          {showCount(deadLetters)}
        </td>
        <td>
          {durationMs === null ? (
            <span class="unknown" title="Measured by the consumer that counted it, or before its last start">
              –<span class="for-readers"> measured elsewhere</span>
            </span>
          ) : (
            <PhaseBar durationMs={durationMs} longestMs={longestMs} />
          )}
        </td>
        {hasRequests && (
          <td class="number">
            <Requests counts={storeRequests} />
          </td>
        )}
      </tr>
      {isOpen && (
        <tr class="details" id={details}>
          <td colSpan={hasRequests ? 7 : 6}>
            <BatchDetails batch={batch} />
          </td>
        </tr>
      )}
    </>
  );
}

function Requests({ counts }: { readonly counts: Batch['storeRequests'] }): JSX.Element {
  if (counts === null) return <span class="unknown">–</span>;
  const kinds = Object.entries(counts);
  const total = kinds.reduce((sum, [, requests]) => sum + requests, 0);
  const words = kinds.map(([operation, requests]) => `${requests} ${operation}`).join(', ');
  return (
    <span title={words}>
      {showCount(total)}
      <span class="for-readers">: {words}</span>
    </span>
  );
}
