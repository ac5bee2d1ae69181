const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const fixedDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
const finePercentage = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Between a number and its unit, which stay on one line. */
const GAP = '\u00a0';

/** `12,345`; a dash when it is not known. */
export function showCount(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : whole.format(value);
}

/** `8.4`, `1,234`; a dash when it is not known. */
export function showRate(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return value < 100 ? oneDecimal.format(value) : whole.format(value);
}

export function showShare(part: number, total: number): string {
  if (total === 0) return '–';
  const share = part / total;
  if (part > 0 && share < 0.001) return 'under 0.1%';
  return (share < 0.01 ? finePercentage : percentage).format(share);
}

/** For axes: `1.2K`. */
export function showShort(value: number): string {
  return compact.format(value);
}

/** Offsets are text, because they may exceed what numbers hold. */
export function showOffset(offset: string | null): string {
  return offset === null ? '–' : whole.format(BigInt(offset));
}

/** The first and the last offset of a range whose end is excluded; one if they are the same. */
export function showRange(startOffset: string, endOffset: string): string {
  const first = BigInt(startOffset);
  const last = BigInt(endOffset) - 1n;
  return first === last ? whole.format(first) : `${whole.format(first)}–${whole.format(last)}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function showBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : oneDecimal.format(value)}${GAP}${UNITS[unit] ?? 'B'}`;
}

/** `0.4 ms`, `31 ms`, `1.2 s`. */
export function showDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms >= 1000) return `${oneDecimal.format(ms / 1000)}${GAP}s`;
  return `${ms < 10 && ms > 0 ? fixedDecimal.format(ms) : whole.format(ms)}${GAP}ms`;
}

/** For axes, which need no more digits than tell their ticks apart: `8 ms`, `0.5 ms`, `1.5 s`. */
export function showDurationTick(ms: number): string {
  return ms >= 1000 ? `${oneDecimal.format(ms / 1000)}${GAP}s` : `${oneDecimal.format(ms)}${GAP}ms`;
}

export function plural(count: number, one: string, many: string): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}
