import type { JSX } from 'preact';
import type { Figures, Partition, Partitions as PartitionList } from '../../../src/api/index.ts';
import { plural, showBytes, showCount, showOffset, showRange } from '../format/numbers.ts';
import { showTime } from '../format/times.ts';
import { ScrollRegion } from '../parts/scroll-region.tsx';
import { capitalized, useRecordNames } from '../live/record-names.ts';

/** All partitions of the topic, those of other consumers too, and the table that their files make up. */
export function Partitions({
  partitions,
  table,
}: {
  readonly partitions: PartitionList | undefined;
  readonly table: Figures['table'];
}): JSX.Element {
  const names = useRecordNames();
  const items = partitions?.items ?? [];
  const largest = Math.max(1, ...items.map(({ lag }) => lag ?? 0));
  return (
    <section id="partitions" aria-labelledby="partitions-heading">
      <h2 id="partitions-heading">Partitions</h2>
      {items.length === 0 ? (
        <p class="empty panel">They appear when the topic can be read.</p>
      ) : (
        <ScrollRegion label="Partitions" class="panel wide">
          <table class="partitions">
            <thead>
              <tr>
                <th scope="col" class="number">
                  Partition
                </th>
                <th scope="col" class="number">
                  Lag
                </th>
                <th scope="col">Owner</th>
                <th scope="col" class="number">
                  Start
                </th>
                <th scope="col" class="number">
                  Counted
                </th>
                <th scope="col" class="number">
                  In files
                </th>
                <th scope="col" class="number">
                  Latest
                </th>
                <th scope="col" class="number">
                  {capitalized(names.plural)}
                </th>
                <th scope="col" class="number">
                  Dead letters
                </th>
                <th scope="col">Being filled</th>
                <th scope="col">Last count</th>
              </tr>
            </thead>
            <tbody>
              {items.map((partition) => (
                <Row key={partition.partition} partition={partition} largestLag={largest} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      {table !== null && <TableLine table={table} />}
    </section>
  );
}

function TableLine({ table }: { readonly table: NonNullable<Figures['table']> }): JSX.Element {
  const { version, files, bytes, smallFiles } = table;
  return (
    <p class="table-line">
      Delta Lake table: version {showCount(version)}, {plural(files, 'file', 'files')}, {showBytes(bytes)}
      {smallFiles > 1 && (
        <>
          ; {showCount(smallFiles)} of them are small: <code>tickets optimize</code> merges them
        </>
      )}
    </p>
  );
}

function Row({
  partition,
  largestLag,
}: {
  readonly partition: Partition;
  readonly largestLag: number;
}): JSX.Element {
  const { lag, deadLetters, sentBackDeadLetters, gaps } = partition;
  return (
    <tr>
      <th scope="row" class="number">
        {partition.partition}
      </th>
      <td class="number">
        <span class="lag">
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${(100 * (lag ?? 0)) / largestLag}%` }} />
          </span>
          {showCount(lag)}
        </span>
      </td>
      <td class="owner">
        {partition.owner ?? <span class="unknown">not this consumer</span>}
        {partition.mine && partition.owner !== 'this consumer' && <small>this consumer</small>}
      </td>
      <td class="number">{showOffset(partition.firstOffset)}</td>
      <td class="number">{showOffset(partition.countedOffset)}</td>
      <td class="number">{showOffset(partition.storedOffset)}</td>
      <td class="number">{showOffset(partition.latestOffset)}</td>
      <td class="number">{showCount(partition.rows)}</td>
      <td class="number" data-tone={deadLetters > sentBackDeadLetters ? 'warn' : 'none'}>
        {showCount(deadLetters)}
        {sentBackDeadLetters > 0 && <small>{showCount(sentBackDeadLetters)} sent back</small>}
      </td>
      <td class="time">
        <Filling partition={partition} />
      </td>
      <td class="time">
        {showTime(partition.countedAt)}
        {gaps.map(({ startOffset, endOffset, reason, at }) => (
          <small key={`${startOffset}-${at}`} class="lost">
            lost ({reason}): {showRange(startOffset, endOffset)}
          </small>
        ))}
      </td>
    </tr>
  );
}

/** What is counted and in no file yet: how large the file is so far, and when it is due. */
function Filling({ partition }: { readonly partition: Partition }): JSX.Element {
  const { planned, openSince, openBytes, openUntil } = partition;
  if (planned !== null) return <>finishing {showRange(planned.startOffset, planned.endOffset)}</>;
  if (openSince === null) return <span class="unknown">nothing</span>;
  return (
    <>
      since {showTime(openSince)}
      <small>
        {openBytes !== null && `${showBytes(openBytes)} `}
        {openUntil !== null && `due ${showTime(openUntil)}`}
      </small>
    </>
  );
}
