import { viewOf, type Padded } from './byte-buffer.ts';
import { SLACK } from './slack.ts';

/** With room behind it, so that it can be copied eight bytes at a time. */
export function padded(text: string): Padded {
  const bytes = Buffer.from(text);
  const memory = new Uint8Array(bytes.length + SLACK);
  memory.set(bytes);
  return { view: viewOf(memory), size: bytes.length };
}
