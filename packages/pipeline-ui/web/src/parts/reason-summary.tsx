import type { JSX } from 'preact';
import { plural } from '../format/numbers.ts';
import { showText } from '../format/raw-value.ts';
import { groupByReason } from '../format/reasons.ts';

const MOST_GROUPS = 6;
const SHOWN_LENGTH = 60;
/** What the API takes. */
const SEARCH_LENGTH = 200;

/** How often each reason is among the dead letters that are shown; each finds its own. */
export function ReasonSummary({
  reasons,
  onSearch,
}: {
  readonly reasons: readonly string[];
  readonly onSearch: (reason: string) => void;
}): JSX.Element {
  const groups = groupByReason(reasons);
  const rest = groups.slice(MOST_GROUPS).reduce((sum, { count }) => sum + count, 0);
  return (
    <ul class="reasons" aria-label={`Reasons of the ${plural(reasons.length, 'one', 'ones')} shown`}>
      {groups.slice(0, MOST_GROUPS).map(({ reason, count, search }) => (
        <li key={reason}>
          <button
            type="button"
            title={showText(reason)}
            onClick={() => onSearch(search.slice(0, SEARCH_LENGTH))}
          >
            <b class="number">{count}</b> {cut(showText(reason))}
          </button>
        </li>
      ))}
      {rest > 0 && <li>{plural(rest, 'other', 'others')}</li>}
    </ul>
  );
}

function cut(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH).trimEnd()} …` : text;
}
