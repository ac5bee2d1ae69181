import type { MetaData } from './actions.ts';

const UNITS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** For how long removed files are remembered, in milliseconds. Default: a week. */
export function removalRetention(metaData: MetaData | undefined): number {
  return interval(metaData, 'delta.deletedFileRetentionDuration', 7 * 86_400_000);
}

/** For how long commits are kept after a newer checkpoint, in milliseconds. Default: 30 days. `Infinity`: for good. */
export function logRetention(metaData: MetaData | undefined): number {
  if (metaData?.configuration['delta.enableExpiredLogCleanup'] === 'false') return Infinity;
  return interval(metaData, 'delta.logRetentionDuration', 30 * 86_400_000);
}

/** A property of the table such as `interval 30 days`, which its users may set. One that is not understood here keeps everything. */
function interval(metaData: MetaData | undefined, property: string, byDefault: number): number {
  const value = metaData?.configuration[property];
  if (value === undefined || value === null) return byDefault;
  const [, number, unit] =
    /^(?:interval\s+)?(\d+)\s+(second|minute|hour|day|week)s?$/i.exec(value.trim()) ?? [];
  const milliseconds = UNITS[unit?.toLowerCase() ?? ''];
  return milliseconds === undefined ? Infinity : Number(number) * milliseconds;
}
