import type { SteadyRate } from '../compare/steady-rates.ts';

/** What the picture shows of one system. */
export type Bar = Pick<SteadyRate, 'name' | 'title' | 'ticketsPerSecond' | 'megabytes'>;

const WIDTH = 960;
const [TOP, ROW, BOTTOM] = [92, 34, 44];
const BAR = 18;
/** Where titles end, and where each panel begins and how wide its longest bar is. */
const TITLES = 250;
const PANELS = [
  { left: 264, width: 300, heading: 'thousand tickets a second, start-up left out: longer is better' },
  { left: 660, width: 230, heading: 'peak memory, MB: shorter is better' },
] as const;

/** Throughput and memory of all systems beside each other, as SVG that follows the reader's light or dark mode. */
export function picture(bars: readonly Bar[], about: { readonly of: string; readonly from: string }): string {
  const height = TOP + bars.length * ROW + BOTTOM;
  const [speed, memory] = [
    bars.map(({ ticketsPerSecond = 0 }) => Math.round(ticketsPerSecond / 1000)),
    bars.map(({ megabytes }) => Math.round(megabytes)),
  ];
  const rows = bars.flatMap(({ name, title }, index) => {
    const top = TOP + index * ROW;
    const middle = top + BAR / 2 + 5;
    return [
      `<text class="${kindOf(name)}-title" x="${TITLES}" y="${middle}" text-anchor="end">${escape(title)}</text>`,
      ...[speed, memory].flatMap((values, panel) =>
        bar(values, index, panel, { top, middle, kind: kindOf(name) }),
      ),
    ];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title description" font-family="Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif" font-size="14">`,
    `<title id="title">Throughput and memory with ${escape(about.of)}</title>`,
    `<desc id="description">${escape(describe(bars, speed, memory))}</desc>`,
    STYLE,
    `<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    `<text class="name" x="24" y="36" font-size="16">${escape(capital(about.of))}</text>`,
    ...PANELS.map(({ left, heading }) => `<text class="small" x="${left}" y="70">${heading}</text>`),
    ...rows,
    `<text class="small" x="24" y="${height - 18}">${escape(about.from)}</text>`,
    '</svg>',
  ].join('\n')}\n`;
}

function bar(
  values: readonly number[],
  index: number,
  panel: number,
  { top, middle, kind }: { readonly top: number; readonly middle: number; readonly kind: string },
): readonly string[] {
  const { left, width } = PANELS[panel === 0 ? 0 : 1];
  const value = values[index] ?? 0;
  const length = Math.max(1, Math.round((width * value) / Math.max(1, ...values)));
  return [
    `<rect class="${kind}" x="${left}" y="${top}" width="${length}" height="${BAR}" rx="2"/>`,
    `<text x="${left + length + 6}" y="${middle}">${value.toLocaleString('en')}</text>`,
  ];
}

function kindOf(name: string): 'ours' | 'limit' | 'peer' {
  if (name.startsWith('client-tickets')) return 'ours';
  return name === 'limit' ? 'limit' : 'peer';
}

/** For who can't see it. */
function describe(bars: readonly Bar[], speed: readonly number[], memory: readonly number[]): string {
  return bars
    .map(({ title }, index) => `${title}: ${speed[index]} thousand tickets a second, ${memory[index]} MB`)
    .join('; ')
    .concat('.');
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const STYLE = `<style>
.ground { fill: #ffffff; stroke: #c9ccc5; }
.ours { fill: #0b7468; }
.limit { fill: #ffffff; stroke: #5b4fa0; stroke-width: 2; }
.peer { fill: #b4b8af; }
text { fill: #1b1c1a; }
.name, .ours-title { font-weight: 600; }
.small { fill: #5d5f58; font-size: 13px; }
@media (prefers-color-scheme: dark) {
.ground { fill: #131412; stroke: #3f443d; }
.ours { fill: #4cc7b6; }
.limit { fill: #131412; stroke: #a79af0; }
.peer { fill: #5d625a; }
text { fill: #e9eae5; }
.small { fill: #a4a99f; }
}
</style>`;
