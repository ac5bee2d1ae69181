import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Charted } from '../live/charted.ts';
import { plural, showCount, showDuration, showDurationTick, showRate, showShort } from '../format/numbers.ts';
import type { Share } from '../live/share.ts';
import { TimeChart } from '../parts/time-chart.tsx';

const MINUTES = [1, 5, 15] as const;

const CHARTS = [
  {
    title: 'Input rate',
    unit: 'per second',
    of: 'inputRowsPerSecond',
    show: showRate,
    showAxis: showShort,
  },
  {
    title: 'Processing rate',
    unit: 'per second',
    of: 'processedRowsPerSecond',
    show: showRate,
    showAxis: showShort,
  },
  { title: 'Lag', unit: 'records', of: 'lag', show: showCount, showAxis: showShort, isWhole: true },
  {
    title: 'Batch duration',
    unit: '',
    of: 'batchDurationMs',
    show: showDuration,
    showAxis: showDurationTick,
  },
] as const;

/** How it went lately: rates, lag and batch duration over the same time. */
export function Charts({
  charted,
  share,
}: {
  readonly charted: Charted;
  readonly share: Share;
}): JSX.Element {
  const [minutes, setMinutes] = useState<number>(5);
  const shown = useMemo(() => latest(charted, minutes * 60), [charted, minutes]);
  return (
    <div class="panel charts">
      <div class="panel-head">
        <h3>
          This consumer over time
          {share.isPart && (
            <small class="scope">
              its {share.own} of {plural(share.all, 'partition', 'partitions')}; the counts, lag and dead
              letters above are of all consumers
            </small>
          )}
        </h3>
        <fieldset class="choice">
          <legend class="for-readers">Show the last</legend>
          {MINUTES.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="minutes"
                checked={each === minutes}
                onChange={() => setMinutes(each)}
              />
              {each} min
            </label>
          ))}
        </fieldset>
      </div>
      <div class="chart-grid">
        {CHARTS.map(({ of, ...chart }) => (
          <TimeChart key={of} {...chart} seconds={minutes * 60} at={shown.at} values={shown[of]} />
        ))}
      </div>
    </div>
  );
}

function latest(history: Charted, seconds: number): Charted {
  return {
    at: history.at.slice(-seconds),
    inputRowsPerSecond: history.inputRowsPerSecond.slice(-seconds),
    processedRowsPerSecond: history.processedRowsPerSecond.slice(-seconds),
    batchDurationMs: history.batchDurationMs.slice(-seconds),
    lag: history.lag.slice(-seconds),
  };
}
