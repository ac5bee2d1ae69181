import type { JSX } from 'preact';
import type { BatchDetail } from '../../../src/api/index.ts';
import { showText } from '../format/raw-value.ts';
import { useRecordNames } from '../live/record-names.ts';
import { LongText } from './long-text.tsx';
import { ScrollRegion } from './scroll-region.tsx';

type Shown = BatchDetail['records'][number];

/** Records as they came, and beside them what enrichment has added. */
export function RecordTable({ records }: { readonly records: readonly Shown[] }): JSX.Element {
  const { singular, plural } = useRecordNames();
  const columns = [...new Set(records.flatMap(({ before }) => Object.keys(before)))];
  const added = [...new Set(records.flatMap(({ after }) => Object.keys(after)))].filter(
    (column) => !columns.includes(column),
  );
  return (
    <ScrollRegion label={`First ${plural}`} class="scroll">
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
                  <LongText text={showText(String(before[column] ?? ''))} length={SHOWN_LENGTH} />
                </td>
              ))}
              {added.map((column) => (
                <td key={column} class="added">
                  <LongText text={showText(String(after[column] ?? ''))} length={SHOWN_LENGTH} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

const SHOWN_LENGTH = 80;
