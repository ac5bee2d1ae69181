import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { showMinute, showSecond } from '../format/times.ts';

interface ChartProps {
  readonly title: string;
  readonly unit: string;
  /** How much time the axis spans; what is not known of it stays empty. */
  readonly seconds: number;
  /** Seconds since the epoch, ascending. */
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
  readonly show: (value: number | null | undefined) => string;
  readonly showAxis: (value: number) => string;
  /** Of things that come whole: the axis has no `0.5 records`. */
  readonly isWhole?: boolean;
}

/** The steps of an axis of whole numbers. */
const WHOLE_STEPS = Array.from({ length: 15 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();
/** In seconds. Two minutes are no step of uPlot's, which has a single label then where five minutes are charted on a phone. */
const TIME_STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900];
const LOWEST_TOP = 1; // a record or a millisecond; a flat line at 0 needs no finer scale

/**
 * One line over time. The canvas says nothing to a screen reader, so the value beside the title is text: the latest one, or
 * the one under the pointer. The pointers of all charts move together.
 */
export function TimeChart({
  title,
  unit,
  seconds,
  at,
  values,
  show,
  showAxis,
  isWhole = false,
}: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const [pointed, setPointed] = useState<number | null>(null);
  const scheme = useColorScheme();

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = new uPlot(
      chartOptions(element, { showAxis, isWhole }, setPointed),
      [[...at], [...values]],
      element,
    );
    chart.current = made;
    const watcher = new ResizeObserver(() => made.setSize(sizeOf(element)));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
  }, [scheme]);

  useEffect(() => {
    const last = at.at(-1) ?? Math.floor(Date.now() / 1_000);
    chart.current?.batch(() => {
      chart.current?.setData([[...at], [...values]], false);
      chart.current?.setScale('x', { min: last - seconds, max: last });
    });
  }, [at, values, seconds, scheme]);

  const index = pointed !== null && pointed < at.length ? pointed : at.length - 1;
  const time = at[index];
  return (
    <figure class="chart">
      <figcaption>
        <h4>{title}</h4>
        <p class="reading">
          {pointed !== null && time !== undefined && <span class="when">{showSecond(time)}</span>}
          <span class="number">{show(values[index])}</span> {unit}
        </p>
      </figcaption>
      <div class="canvas" ref={box} aria-hidden="true" />
    </figure>
  );
}

function sizeOf({ clientWidth: width, clientHeight: height }: HTMLElement): {
  width: number;
  height: number;
} {
  return { width, height };
}

/** Of `09:30:05` in the font of an axis, in points. */
const LABEL_WIDTH = 56;

function chartOptions(
  element: HTMLElement,
  { showAxis, isWhole }: Required<Pick<ChartProps, 'showAxis' | 'isWhole'>>,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour('--line-soft'), width: 1 },
    ticks: { show: false },
  };
  return {
    ...sizeOf(element),
    padding: [8, LABEL_WIDTH / 2, 0, 0], // the last label of the time axis is centred on its end
    legend: { show: false },
    cursor: {
      sync: { key: 'time' },
      y: false,
      drag: { setScale: false, x: false, y: false },
      points: { size: 7, fill: colour('--accent'), stroke: colour('--surface'), width: 1.5 },
    },
    scales: {
      x: { time: true, auto: false },
      y: { range: (_, __, most) => [0, Math.max(LOWEST_TOP, (most ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 48,
        incrs: TIME_STEPS,
        values: (_, ticks, __, ___, seconds) => ticks.map(seconds < 60 ? showSecond : showMinute),
      },
      {
        ...axis,
        size: 50,
        space: 28,
        ...(isWhole ? { incrs: WHOLE_STEPS } : {}),
        values: (_, ticks) => ticks.map((tick) => showAxis(tick)),
      },
    ],
    series: [
      {},
      {
        stroke: colour('--accent'),
        fill: colour('--accent-wash'),
        width: 1.5,
        points: { show: false },
        spanGaps: false,
      },
    ],
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? null)] },
  };
}

function useColorScheme(): string {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const [scheme, setScheme] = useState(dark.matches ? 'dark' : 'light');
  useEffect(() => {
    const change = (): void => setScheme(dark.matches ? 'dark' : 'light');
    dark.addEventListener('change', change);
    return () => dark.removeEventListener('change', change);
  }, []);
  return scheme;
}
