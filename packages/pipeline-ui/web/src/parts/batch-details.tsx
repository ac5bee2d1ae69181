import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { MOST_FILE_BYTES, type Batch, type BatchDetail } from '../../../src/api/index.ts';
import { plural, showBytes, showCount, showRange } from '../format/numbers.ts';
import { showTime } from '../format/times.ts';
import { api, fileUrl } from '../live/api-client.ts';
import { useRecordNames } from '../live/record-names.ts';
import { useRequest } from '../live/use-request.ts';
import { DeadLetterTable } from './dead-letter-table.tsx';
import { RecordTable } from './record-table.tsx';

/** What a batch counted, and the files that hold it, one partition at a time. */
export function BatchDetails({ batch }: { readonly batch: Batch }): JSX.Element {
  const [partition, setPartition] = useState(batch.parts[0]?.partition ?? 0);
  const { answer } = useRequest(`${partition}/${batch.batchId}`, () => api.batch(partition, batch.batchId));
  return (
    <div class="batch-details">
      {batch.parts.length > 1 && (
        <fieldset class="choice">
          <legend class="for-readers">Partition</legend>
          {batch.parts.map((part) => (
            <label key={part.partition}>
              <input
                type="radio"
                name={`partition-of-${batch.key}`}
                checked={part.partition === partition}
                onChange={() => setPartition(part.partition)}
              />
              Partition {part.partition}
            </label>
          ))}
        </fieldset>
      )}
      {answer.kind === 'waiting' && <p class="empty">Reading the batch …</p>}
      {answer.kind === 'failed' && <p class="problem">{answer.message}</p>}
      {answer.kind === 'there' && <Part detail={answer.value} />}
    </div>
  );
}

function Part({ detail }: { readonly detail: BatchDetail }): JSX.Element {
  const { startOffset, endOffset, countedAt, rows, deadLetters, stored, problem } = detail;
  const names = useRecordNames();
  return (
    <>
      <dl class="steps">
        <div>
          <dt>Offsets</dt>
          <dd>{showRange(startOffset, endOffset)}</dd>
        </div>
        <div>
          <dt>Counted</dt>
          <dd>
            {plural(rows, names.singular, names.plural)}
            {deadLetters > 0 && `, ${plural(deadLetters, 'dead letter', 'dead letters')}`}{' '}
            <small>at {showTime(countedAt)}</small>
          </dd>
        </div>
        <div>
          <dt>Files</dt>
          <dd>{stored === null ? 'not yet' : <Files stored={stored} />}</dd>
        </div>
      </dl>
      {problem !== null && <p class="problem">{problem}</p>}
      {detail.records.length > 0 && (
        <>
          <h3>
            First {names.plural}{' '}
            <small>
              {showCount(detail.records.length)} of {showCount(rows)}
            </small>
          </h3>
          <RecordTable records={detail.records} />
        </>
      )}
      {detail.rejected.length > 0 && (
        <>
          <h3>
            First dead letters{' '}
            <small>
              {showCount(detail.rejected.length)} of {showCount(deadLetters)}
            </small>
          </h3>
          <DeadLetterTable letters={detail.rejected} />
        </>
      )}
    </>
  );
}

/** Files may hold many batches. */
function Files({ stored }: { readonly stored: NonNullable<BatchDetail['stored']> }): JSX.Element {
  const { startOffset, endOffset, storedAt, files } = stored;
  return (
    <>
      offsets {showRange(startOffset, endOffset)} <small>at {showTime(storedAt)}</small>
      {files.length === 0 ? (
        ': none, there was nothing to write'
      ) : (
        <ul class="files">
          {files.map(({ key, size }) => (
            <li key={key}>
              {size > MOST_FILE_BYTES ? (
                <code>{key}</code>
              ) : (
                <a href={fileUrl(key)} download>
                  <code>{key}</code>
                </a>
              )}{' '}
              <small>{showBytes(size)}</small>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
