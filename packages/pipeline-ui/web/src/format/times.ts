const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const dayOf = (time: Date): string => date.format(time);

/** In the reader's time zone: `09:30:05`, with the day when it is not today. */
export function showTime(iso: string | null | undefined): string {
  if (iso === null || iso === undefined) return '–';
  const time = new Date(iso);
  return dayOf(time) === dayOf(new Date()) ? clock.format(time) : `${dayOf(time)}, ${clock.format(time)}`;
}

/** `09:30`: seconds since the epoch, where a minute is near enough. */
export function showMinute(at: number): string {
  return minute.format(new Date(at * 1000));
}

/** Seconds since the epoch, for the axis of a chart. */
export function showSecond(at: number): string {
  return clock.format(new Date(at * 1000));
}

/** `26 Nov 2026, times in Europe/Paris`: what the times of the page leave out. */
export function showDayAndZone(now: Date): string {
  return `${dayOf(now)}, times in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
}
