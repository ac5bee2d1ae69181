import type { DeclaredWindows } from '@client-tickets/results';

type Windows = Pick<DeclaredWindows, 'unitMs' | 'values'>;

/** A window and a kind as one number: the `n`th window since 1970 times the kinds, and the kind. `start`: milliseconds since the epoch. */
export function windowNumber({ unitMs, values }: Windows, start: number, kind: number): number {
  return Math.floor(start / unitMs) * values.length + kind;
}

/** The start of its window, in milliseconds since the epoch, and its kind. */
export function readWindowNumber(
  { unitMs, values }: Windows,
  number: number,
): { readonly start: number; readonly kind: number } {
  const window = Math.floor(number / values.length);
  return { start: window * unitMs, kind: number - window * values.length };
}
