import type { JSX } from 'preact';
import type { Counts, Figures, Partitions, Status } from '../../../src/api/index.ts';
import { plural, showCount, showRange, showRate } from '../format/numbers.ts';
import { showTime } from '../format/times.ts';
import type { Connection } from '../live/live-source.ts';
import { useRecordNames } from '../live/record-names.ts';

/** How long a loss is news; the table of partitions keeps it. */
const NEWS_MS = 24 * 3_600_000;

/** What needs attention, the worst first. Nothing at all when all is well. */
export function Notices({
  connection,
  status,
  figures,
  counts,
  partitions,
}: {
  readonly connection: Connection;
  readonly status: Status | undefined;
  readonly figures: Figures | undefined;
  readonly counts: Counts | undefined;
  readonly partitions: Partitions | undefined;
}): JSX.Element {
  const unread = partitions?.problem ?? counts?.problem ?? null;
  const gaps = (partitions?.items ?? [])
    .flatMap(({ partition, gaps: lost }) => lost.map((gap) => ({ partition, ...gap })))
    .filter(({ at }) => Date.now() - Date.parse(at) < NEWS_MS);
  return (
    <div class="notices">
      {status?.state === 'failed' && (
        <div class="notice" data-tone="bad">
          <h2>
            The query has failed
            {status.errorCode === null ? '' : `: ${status.errorCode.replaceAll('_', ' ')}`}
          </h2>
          <p>{status.message}</p>
          {/* What to do about lost records is in the message, which says so too. */}
          {status.errorCode !== 'data_loss' && (
            <p>Nothing was skipped: once the cause is mended, the next start goes on from the checkpoint.</p>
          )}
        </div>
      )}
      {connection.kind === 'lost' && (
        <div class="notice" data-tone={status?.state === 'failed' ? 'quiet' : 'warn'}>
          <h2>No connection to the consumer</h2>
          <p>
            Since {showTime(new Date(connection.since).toISOString())}, trying again. What you see is from
            before.
          </p>
        </div>
      )}
      {connection.kind === 'outdated' && (
        <div class="notice" data-tone="warn">
          <h2>The consumer was updated</h2>
          <p>
            This page is from before and can’t follow it. <a href="/">Load the page again</a>
          </p>
        </div>
      )}
      {status?.state === 'recovering' && (
        <div class="notice" data-tone="warn">
          <h2>The consumer can’t go on for the moment</h2>
          <p>{status.message}</p>
          <p>The consumer tries again by itself, and goes on where it was.</p>
        </div>
      )}
      {(status?.unread ?? []).length > 0 && (
        <div class="notice" data-tone="warn">
          <h2>Records wait in partitions that others have, and nothing is read</h2>
          <ul>
            {status?.unread.map(({ partition, message }) => (
              <li key={partition}>{message}</li>
            ))}
          </ul>
          <p>
            Start or resume the consumer that has it, or take it out of the group. Nothing is lost meanwhile.
          </p>
        </div>
      )}
      {unread !== null && status?.state !== 'recovering' && connection.kind === 'live' && (
        <div class="notice" data-tone="warn">
          <h2>Some numbers may be old</h2>
          <p>{unread}</p>
        </div>
      )}
      {figures !== undefined && figures.limit !== null && connection.kind === 'live' && (
        <div class="notice">
          <h2>{showCount(figures.lag)} records wait because of MAX_OFFSETS_PER_TRIGGER</h2>
          <p>
            A trigger takes at most {plural(figures.limit.recordsPerTrigger, 'record', 'records')}, which is{' '}
            {showRate(figures.limit.recordsPerSecond)} a second, and is done long before the next one. Set
            MAX_OFFSETS_PER_TRIGGER higher, or to 0 for no limit, and start the consumer again.
          </p>
        </div>
      )}
      {figures !== undefined && figures.unknownFields.length > 0 && (
        <UnknownFields fields={figures.unknownFields} />
      )}
      {gaps.length > 0 && (
        <div class="notice" data-tone="warn">
          <h2>Records were lost before they were read</h2>
          <ul>
            {gaps.map((gap) => (
              <li key={`${gap.partition}-${gap.startOffset}-${gap.at}`}>
                Partition {gap.partition}, offsets {showRange(gap.startOffset, gap.endOffset)}:{' '}
                {gap.reason === 'expired' ? 'expired in the log' : 'the log was replaced by another one'},
                noticed {showTime(gap.at)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** How many are named; the metrics have the others, too. */
const MOST_NAMED = 6;

function UnknownFields({ fields }: { readonly fields: Figures['unknownFields'] }): JSX.Element {
  const { plural: records, singular } = useRecordNames();
  const more = fields.length - MOST_NAMED;
  return (
    <div class="notice">
      <h2>Some {records} have fields that are not declared</h2>
      <ul class="unknown-fields">
        {fields.slice(0, MOST_NAMED).map(({ name, count }) => (
          <li key={name}>
            <code>{name}</code> in {plural(count, singular, records)}
          </li>
        ))}
        {more > 0 && <li>and {plural(more, 'other field', 'other fields')}</li>}
      </ul>
      <p>
        UNKNOWN_FIELDS says what becomes of them: drop leaves them out, keep stores them in a column “extra”.
      </p>
    </div>
  );
}
