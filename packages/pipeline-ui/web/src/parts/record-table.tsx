import type { JSX } from 'preact';
import type { BatchDetail } from '../../../src/api/index.ts';
import { showText } from '../format/raw-value.ts';
import { useRecordNames } from '../live/record-names.ts';

type Shown = BatchDetail['records'][number];

/** Records as they came, and beside them what enrichment has added. */
export function RecordTable({ records }: { readonly records: readonly Shown[] }): JSX.Element {
  const { singular, plural } = useRecordNames();
  const columns = [...new Set(records.flatMap(({ before }) => Object.keys(before)))];
  const added = [...new Set(records.flatMap(({ after }) => Object.keys(after)))].filter(
    (column) => !columns.includes(column),
  );
  return (
    <div class="scroll" role="region" aria-label={`First ${plural}, scrolls sideways`} tabIndex={0}>
      <table class="records">
        <thead>
          <tr>
            <th scope="colgroup" colSpan={columns.length}>
              Before: the {singular}
            </th>
            <th scope="colgroup" colSpan={added.length} class="added">
              Added by enrichment
            </th>
          </tr>
          <tr>
            {[...columns, ...added].map((column) => (
              <th key={column} scope="col" class={added.includes(column) ? 'added' : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {records.map(({ offset, before, after }) => (
            <tr key={offset}>
              {columns.map((column) => (
                <td key={column}>
                  <Value text={showText(String(before[column] ?? ''))} />
                </td>
              ))}
              {added.map((column) => (
                <td key={column} class="added">
                  <Value text={showText(String(after[column] ?? ''))} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SHOWN_LENGTH = 80;

/** Long texts are cut, and whole once they are opened. */
function Value({ text }: { readonly text: string }): JSX.Element {
  if (text.length <= SHOWN_LENGTH) return <>{text}</>;
  return (
    <details class="long">
      <summary>{text.slice(0, SHOWN_LENGTH).trimEnd()} …</summary>
      {text}
    </details>
  );
}
