import { useEffect, useState } from 'preact/hooks';
import type { LiveSource, LiveState } from './live-source.ts';

/** The latest state; the component is drawn again when it changes. */
export function useLive(live: LiveSource): LiveState {
  const [state, setState] = useState(live.state);
  useEffect(() => live.subscribe(() => setState(live.state)), [live]);
  return state;
}
