import { useLayoutEffect, useState } from 'preact/hooks';
import type { LiveSource, LiveState } from './live-source.ts';

/** The latest state; the component is drawn again when it changes. */
export function useLive(live: LiveSource): LiveState {
  const [state, setState] = useState(live.state);
  // Not after the first paint, as effects are: what is said until then would not be shown before more is said.
  useLayoutEffect(() => live.subscribe(() => setState(live.state)), [live]);
  return state;
}
