import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { History } from '../../../src/api/index.ts';
import { showCount, showDuration, showDurationTick, showRate, showShort } from '../format/numbers.ts';
import { TimeChart } from '../parts/time-chart.tsx';

const MINUTES = [1, 5, 15] as const;

/** How it went lately: rates, lag and batch duration over the same time. */
export function Charts({ history }: { readonly history: History }): JSX.Element {
  const [minutes, setMinutes] = useState<number>(5);
  const shown = useMemo(() => latest(history, minutes * 60), [history, minutes]);
  return (
    <div class="panel charts">
      <div class="panel-head">
        <h3>This consumer over time</h3>
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
        <TimeChart
          title="Input rate"
          unit="per second"
          seconds={minutes * 60}
          at={shown.at}
          values={shown.inputRowsPerSecond}
          show={showRate}
          showAxis={showShort}
        />
        <TimeChart
          title="Processing rate"
          unit="per second"
          seconds={minutes * 60}
          at={shown.at}
          values={shown.processedRowsPerSecond}
          show={showRate}
          showAxis={showShort}
        />
        <TimeChart
          title="Lag"
          unit="records"
          seconds={minutes * 60}
          at={shown.at}
          values={shown.lag}
          show={showCount}
          showAxis={showShort}
        />
        <TimeChart
          title="Batch duration"
          unit=""
          seconds={minutes * 60}
          at={shown.at}
          values={shown.batchDurationMs}
          show={showDuration}
          showAxis={showDurationTick}
        />
      </div>
    </div>
  );
}

function latest(history: History, seconds: number): History {
  return {
    at: history.at.slice(-seconds),
    inputRowsPerSecond: history.inputRowsPerSecond.slice(-seconds),
    processedRowsPerSecond: history.processedRowsPerSecond.slice(-seconds),
    batchDurationMs: history.batchDurationMs.slice(-seconds),
    lag: history.lag.slice(-seconds),
  };
}
