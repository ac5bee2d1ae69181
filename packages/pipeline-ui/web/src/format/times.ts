const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
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

/** What begins at a time, for an axis: `09:00`, or `26 Nov` of a day. */
export function showWindowStart(start: string, per: 'minute' | 'hour' | 'day'): string {
  const time = new Date(start);
  return per === 'day' ? dayAndMonth.format(time) : minute.format(time);
}

/** From when to when, in the reader's time zone: `26 Nov, 09:00–10:00`. */
export function showWindow(
  { start, end }: { readonly start: string; readonly end: string },
  per: 'minute' | 'hour' | 'day',
): string {
  const [from, to] = [new Date(start), new Date(end)];
  const day = dayAndMonth.format(from);
  const isWholeDay = per === 'day' && from.getHours() === 0 && from.getMinutes() === 0;
  return isWholeDay ? day : `${day}, ${minute.format(from)}–${minute.format(to)}`;
}

/** Seconds since the epoch, for the axis of a chart. */
export function showSecond(at: number): string {
  return clock.format(new Date(at * 1000));
}

/** `26 Nov 2026, times in Europe/Paris`: what the times of the page leave out. */
export function showDayAndZone(now: Date): string {
  return `${dayOf(now)}, times in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
}
