import type { JSX } from 'preact';
import type { Counts as CountValues, CountsTable } from '../../../src/api/index.ts';
import { showKind } from '../format/kinds.ts';
import { showCount, showShare } from '../format/numbers.ts';
import { capitalized, useRecordNames } from '../live/record-names.ts';

export function Counts({ counts }: { readonly counts: CountValues | undefined }): JSX.Element {
  const { plural } = useRecordNames();
  return (
    <div class="panel counts">
      <h3>{capitalized(plural)}</h3>
      {counts === undefined ? (
        <p class="empty">The counts appear with the first batch.</p>
      ) : (
        <>
          {counts.tables.map((table) => (
            <Bars key={table.name} table={table} total={counts.total} />
          ))}
        </>
      )}
    </div>
  );
}

/** Bars are as long as their share of the largest; the numbers say it exactly. */
function Bars({
  table: { column, kinds },
  total,
}: {
  readonly table: CountsTable;
  readonly total: number;
}): JSX.Element {
  const { plural } = useRecordNames();
  const title = `By ${column.replaceAll('_', ' ')}`;
  const most = Math.max(1, ...kinds.map(({ count }) => count));
  return (
    <table class="bars">
      <caption>{title}</caption>
      <thead class="for-readers">
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">{capitalized(plural)}</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {kinds.map(({ name, count }) => (
          <tr key={name}>
            <th scope="row">
              {showKind(name)}
              <span class="bar" aria-hidden="true">
                <span style={{ width: `${(100 * count) / most}%` }} />
              </span>
            </th>
            <td class="number">{showCount(count)}</td>
            <td class="number share">{showShare(count, total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
