import { createLogUpdate } from 'log-update';
import { drawBatch, drawPicture, type DemoState } from './picture.ts';

/** Shows the demo's state as it changes. */
export interface LiveDisplay {
  update(state: DemoState): void;
  stop(): void;
}

/** A picture that is drawn over on a terminal; elsewhere one line for each batch. */
export function createLiveDisplay(output: NodeJS.WriteStream): LiveDisplay {
  if (!output.isTTY) {
    let shown = 0;
    return {
      update: ({ batches }) => {
        for (const batch of batches.slice(shown)) output.write(`${drawBatch(batch)}\n`);
        shown = batches.length;
      },
      stop: () => undefined,
    };
  }
  const draw = createLogUpdate(output);
  return { update: (state) => draw(drawPicture(state)), stop: () => draw.done() };
}
