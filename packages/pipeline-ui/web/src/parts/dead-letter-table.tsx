import type { JSX } from 'preact';
import type { DeadLetterView } from '../../../src/api/index.ts';
import { plural } from '../format/numbers.ts';
import { bytesOf, showHex, showText } from '../format/raw-value.ts';
import { showTime } from '../format/times.ts';
import { LongText } from './long-text.tsx';

const REASON_LENGTH = 160;

export function DeadLetterTable({ letters }: { readonly letters: readonly DeadLetterView[] }): JSX.Element {
  return (
    <table class="letters">
      <thead>
        <tr>
          <th scope="col">Time and place</th>
          <th scope="col">Reason and value</th>
        </tr>
      </thead>
      <tbody>
        {letters.map((letter) => (
          <tr key={`${letter.partition}-${letter.offset}`}>
            <td class="place">
              {showTime(letter.timestamp)}
              <small title="partition:offset, as `tickets dead-letters show` takes it">
                <span class="for-readers">partition and offset </span>
                {letter.partition}:{letter.offset}
              </small>
            </td>
            <td>
              <p class="reason">
                <LongText text={showText(letter.reason)} length={REASON_LENGTH} />
              </p>
              {letter.sentBackTo !== null && <p class="sent-back">sent back to {letter.sentBackTo}</p>}
              <Value letter={letter} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What was received, always as text: nothing in it is ever taken for markup. */
function Value({
  letter: { key, value, isUnreadableBatch },
}: {
  readonly letter: DeadLetterView;
}): JSX.Element {
  if (isUnreadableBatch) return <p class="value-line">stands for all records of this batch</p>;
  if (value === null)
    return <p class="value-line">tombstone{key === null ? '' : ` of key ${showText(key)}`}</p>;
  if (value.base64 === null)
    return <p class="value-line">{plural(value.bytes, 'byte', 'bytes')}, which are in the topic alone</p>;
  const bytes = bytesOf(value.base64);
  const isCut = bytes.length < value.bytes;
  return (
    <details class="value-line">
      <summary>{value.text === null ? 'Not UTF-8' : <code>{showText(firstLine(value.text))}</code>}</summary>
      <p class="about-value">
        {plural(value.bytes, 'byte', 'bytes')}
        {isCut && `, the first ${bytes.length} shown`}
        {key !== null && (
          <>
            {' '}
            · key <code>{showText(key)}</code>
          </>
        )}
      </p>
      <pre tabIndex={0}>{value.text === null ? showHex(bytes) : showText(value.text)}</pre>
    </details>
  );
}

const SUMMARY_LENGTH = 160;

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > SUMMARY_LENGTH || line.length < text.length
    ? `${line.slice(0, SUMMARY_LENGTH)} …`
    : line;
}
