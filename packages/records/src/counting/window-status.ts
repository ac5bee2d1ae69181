import type { WindowsFile } from '../declaration/query.ts';
import type { WindowState } from './window-state.ts';

/** What is reported of a state, beside its counts. */
export interface WindowStatus {
  /** In milliseconds since the epoch; `undefined`: there is none yet. */
  readonly watermark: number | undefined;
  readonly openWindows: number;
  readonly late: number;
  readonly forced: number;
}

export function windowStatus({ unitMs }: Pick<WindowsFile, 'unitMs'>, state: WindowState): WindowStatus {
  const { late, forced, windows } = state;
  const watermark = state.watermark === null ? undefined : Date.parse(state.watermark);
  const isOpen = (name: string): boolean => Date.parse(name) + unitMs > (watermark ?? -Infinity);
  return { watermark, openWindows: Object.keys(windows).filter(isOpen).length, late, forced };
}
