import type { ComponentChildren, JSX } from 'preact';
import type { Figures as FigureValues, Status } from '../../../src/api/index.ts';
import { plural, showCount, showDuration, showRate, showShare } from '../format/numbers.ts';
import { showTime } from '../format/times.ts';
import { capitalized, useRecordNames } from '../live/record-names.ts';
import type { Share } from '../live/share.ts';

type Freshness = FigureValues['freshness'];

/** The six numbers to look at first. */
export function Figures({
  status,
  figures,
  share,
}: {
  readonly status: Status | undefined;
  readonly figures: FigureValues | undefined;
  readonly share: Share;
}): JSX.Element {
  const { plural: rows } = useRecordNames();
  const rate = figures?.point.processedRowsPerSecond ?? null;
  const duration = figures?.point.batchDurationMs ?? null;
  const group = figures?.groupRowsPerSecond ?? null;
  const isReading = status?.assigned === true;
  const isIdle = figures !== undefined && rate === null;
  return (
    <dl class="figures">
      <Figure
        name={`${capitalized(rows)} counted`}
        value={showCount(figures?.rows)}
        note={figures === undefined ? '' : storedNote(figures)}
        isMain
      />
      <Figure
        name="Freshness"
        value={showFreshness(figures?.freshness)}
        note={freshnessNote(figures?.freshness)}
      />
      <Figure
        name="Input rate"
        value={showRate(figures?.point.inputRowsPerSecond)}
        unit="per second"
        note={group === null ? 'records taken in' : `all consumers: ${showRate(group)}`}
      />
      <Figure
        name="Processing rate"
        value={isIdle ? (isReading ? 'idle' : '–') : showRate(rate)}
        unit={isIdle ? '' : 'per second'}
        note={processingNote(duration, isReading, figures?.lag ?? null)}
      />
      <Figure
        name="Lag"
        value={showCount(figures?.lag)}
        note={
          share.own === share.all
            ? `in ${plural(share.all, 'partition', 'partitions')}`
            : `${share.own} of ${share.all} partitions read here`
        }
      />
      <Figure
        name="Dead letters"
        value={showCount(figures?.deadLetters)}
        note={<Rejected figures={figures} />}
        tone={(figures?.deadLetters ?? 0) > (figures?.sentBackDeadLetters ?? 0) ? 'warn' : undefined}
      />
    </dl>
  );
}

/** Where the counted records are, in plain words. They may be counted by another consumer, or before a restart. */
function storedNote({ rows, filling, lastTriggerAt }: FigureValues): string {
  if (filling === null) {
    const where = (rows ?? 0) === 0 ? 'none so far' : 'all in files';
    return lastTriggerAt === null ? where : `${where}; last trigger ${showTime(lastTriggerAt)}`;
  }
  const until = filling.until === null ? '' : `, due ${showTime(filling.until)}`;
  return `${showCount(filling.records)} not in files yet${until}`;
}

/** How old half of the records were when they were counted. */
function showFreshness(freshness: Freshness | undefined): string {
  if (freshness?.isCatchingUp === true) return 'catching up';
  return showDuration(freshness?.counted && freshness.counted.p50Seconds * 1_000);
}

function freshnessNote(freshness: Freshness | undefined): string {
  if (freshness === undefined) return '';
  const { counted, stored, isCatchingUp, backlogRecords } = freshness;
  if (isCatchingUp || counted === null)
    return backlogRecords === 0
      ? 'nothing came lately'
      : `${showCount(backlogRecords)} were waiting at the start`;
  const inFiles = stored === null ? '' : `; in files ${showDuration(stored.p99Seconds * 1_000)}`;
  return `from produced to counted, 99% in ${showDuration(counted.p99Seconds * 1_000)}${inFiles}`;
}

function processingNote(duration: number | null, isReading: boolean, lag: number | null): string {
  if (duration !== null) return `a batch takes ${showDuration(duration)}`;
  if (isReading) return 'no batch lately';
  return lag === null ? 'not reading yet' : `not reading yet, ${showCount(lag)} waiting`;
}

function Rejected({ figures }: { readonly figures: FigureValues | undefined }): JSX.Element {
  const rejected = figures?.deadLetters ?? 0;
  const sentBack = figures?.sentBackDeadLetters ?? 0;
  if (rejected === 0) return <>nothing was rejected</>;
  return (
    <>
      <a href="#dead-letters">{showShare(rejected, rejected + (figures?.rows ?? 0))} of all records</a>
      {sentBack > 0 && (sentBack === rejected ? ', all sent back' : `, ${showCount(sentBack)} sent back`)}
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
