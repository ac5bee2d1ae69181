import type { ComponentChildren, JSX } from 'preact';
import type { Figures as FigureValues, Partitions, Status } from '../../../src/api/index.ts';
import { plural, showCount, showDuration, showRate, showShare } from '../format/numbers.ts';
import { showTime } from '../format/times.ts';
import { capitalized, useRecordNames } from '../live/record-names.ts';

/** The five numbers that everybody looks for first. */
export function Figures({
  status,
  figures,
  partitions,
}: {
  readonly status: Status | undefined;
  readonly figures: FigureValues | undefined;
  readonly partitions: Partitions | undefined;
}): JSX.Element {
  const { plural: rows } = useRecordNames();
  const rate = figures?.point.processedRowsPerSecond ?? null;
  const duration = figures?.point.batchDurationMs ?? null;
  const lastTriggerAt = figures?.lastTriggerAt ?? null;
  const group = figures?.groupRowsPerSecond ?? null;
  const all = partitions?.items.length ?? 0;
  const own = status?.ownedPartitions.length ?? 0;
  const isReading = status?.assigned === true;
  const isIdle = figures !== undefined && rate === null;
  return (
    <dl class="figures">
      <Figure
        name={`${capitalized(rows)} counted`}
        value={showCount(figures?.rows)}
        note={lastTriggerAt === null ? 'no trigger yet' : `last trigger ${showTime(lastTriggerAt)}`}
        isMain
      />
      <Figure
        name="Input rate"
        value={showRate(figures?.point.inputRowsPerSecond)}
        unit="per second"
        note={group === null ? 'records taken in' : `all consumers: ${showRate(group)}`}
      />
      <Figure
        name="Processing rate"
        value={isIdle ? (isReading ? 'idle' : 'not reading yet') : showRate(rate)}
        unit={isIdle ? '' : 'per second'}
        note={processingNote(duration, isReading, figures?.lag ?? null)}
      />
      <Figure
        name="Lag"
        value={showCount(figures?.lag)}
        note={
          own === all
            ? `in ${plural(all, 'partition', 'partitions')}`
            : `${own} of ${all} partitions read here`
        }
      />
      <Figure
        name="Dead letters"
        value={showCount(figures?.deadLetters)}
        note={<Rejected figures={figures} />}
        tone={(figures?.deadLetters ?? 0) > 0 ? 'warn' : undefined}
      />
    </dl>
  );
}

function processingNote(duration: number | null, isReading: boolean, lag: number | null): string {
  if (duration !== null) return `a batch takes ${showDuration(duration)}`;
  return isReading || lag === null ? 'no batch lately' : `${showCount(lag)} waiting`;
}

function Rejected({ figures }: { readonly figures: FigureValues | undefined }): JSX.Element {
  const rejected = figures?.deadLetters ?? 0;
  if (rejected === 0) return <>nothing was rejected</>;
  return (
    <>
      <a href="#dead-letters">{showShare(rejected, rejected + (figures?.rows ?? 0))} of all records</a>
    </>
  );
}

function Figure({
  name,
  value,
  unit = '',
  note,
  tone,
  isMain = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly note: ComponentChildren;
  readonly tone?: 'warn' | undefined;
  readonly isMain?: boolean;
}): JSX.Element {
  return (
    <div class="figure" data-tone={tone} data-main={isMain ? '' : undefined}>
      <dt>{name}</dt>
      <dd class="value">
        {value} {unit !== '' && <span class="unit">{unit}</span>}
      </dd>
      <dd class="note">{note}</dd>
    </div>
  );
}
