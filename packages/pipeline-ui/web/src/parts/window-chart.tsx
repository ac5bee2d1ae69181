import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { CountedWindow, WindowsTable } from '../../../src/api/index.ts';
import { showCount, showShort } from '../format/numbers.ts';
import { showKind } from '../format/kinds.ts';
import { showWindow, showWindowStart } from '../format/times.ts';
import { capitalized, useRecordNames } from '../live/record-names.ts';

/** There are so many colours; further kinds begin again with the first. */
const COLOURS = 6;

/**
 * Stacked columns, one a window. The slider below them chooses the window whose numbers are said in words: with the pointer, with a
 * finger, with the arrow keys, and to a screen reader, which gets the words as the slider's value. So the columns themselves are
 * hidden from it. A single window needs no slider: its words are read as they stand.
 */
export function WindowChart({ table }: { readonly table: WindowsTable }): JSX.Element {
  const { kinds, windows, late, per, column } = table;
  const { plural: records } = useRecordNames();
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const heading = useId();
  const last = windows.length - 1;
  const found = windows.findIndex(({ start }) => start === chosen);
  const index = found < 0 ? last : found; // the latest, until another one is chosen
  const most = roundUp(Math.max(1, ...windows.map(totalOf)));
  const shown = windows[index];
  const isChoice = windows.length > 1;
  const every = Math.ceil(windows.length / 8);
  return (
    <div class="panel windows">
      <div class="panel-head">
        <h3 id={heading}>
          {capitalized(records)} per {per}, by {column.replaceAll('_', ' ')}
        </h3>
        {late !== null && (late > 0 || shown !== undefined) && (
          <p class="late" data-tone={late > 0 ? 'warn' : undefined}>
            <span class="number">{showCount(late)}</span> late
            <small> {lateNote(late, per)}</small>
          </p>
        )}
      </div>
      {shown === undefined ? (
        <p class="empty">The first {per} appears with the first batch.</p>
      ) : (
        <>
          <p class="reading" aria-hidden={isChoice}>
            {reading(shown, table, records)}
          </p>
          <div class="columns" aria-hidden="true">
            <span class="most">{showShort(most)}</span>
            <ol>
              {windows.map((window, place) => (
                <li
                  key={window.start}
                  data-final={window.isFinal ? '' : undefined}
                  data-chosen={isChoice && place === index ? '' : undefined}
                  onPointerEnter={() => setChosen(window.start)}
                >
                  <span class="stack">
                    {window.counts.map((count, kind) => (
                      <span
                        key={kinds[kind]}
                        data-kind={kind % COLOURS}
                        style={{ height: `${(100 * count) / most}%` }}
                      />
                    ))}
                  </span>
                  <span class="label">
                    {(last - place) % every === 0 && showWindowStart(window.start, per)}
                  </span>
                </li>
              ))}
            </ol>
          </div>
          {isChoice && (
            <input
              type="range"
              min={0}
              max={last}
              step={1}
              style={{ '--columns': windows.length }}
              value={index}
              aria-labelledby={heading}
              aria-valuetext={reading(shown, table, records)}
              onInput={({ currentTarget }) => setChosen(windows[Number(currentTarget.value)]?.start)}
            />
          )}
          <ul class="legend">
            {kinds.map((name, kind) => (
              <li key={name} data-kind={kind % COLOURS}>
                {showKind(name)}
              </li>
            ))}
            <li data-open="">open: may still grow</li>
          </ul>
        </>
      )}
    </div>
  );
}

function totalOf({ counts }: CountedWindow): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** `26 Nov, 09:00–10:00: 340 tickets, final. Technical 120, Billing 90`. */
function reading(window: CountedWindow, { kinds, per }: WindowsTable, records: string): string {
  const parts = kinds.map((name, kind) => `${showKind(name)} ${showCount(window.counts[kind])}`);
  const state = window.isFinal ? 'final' : 'open';
  return `${showWindow(window, per)}: ${showCount(totalOf(window))} ${records}, ${state}. ${parts.join(', ')}`;
}

function lateNote(late: number, per: string): string {
  return late === 0
    ? `none came after its ${per} was closed`
    : `came after their ${per} was closed: in the counts, in no ${per}`;
}

const EASY = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** To the next number that is easy to read. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Math.ceil((EASY.find((step) => step * power >= value) ?? 10) * power);
}
