import { writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { animateWebp, type Frame } from './animated-webp.ts';

const MOST_BYTES = 1_500_000;
const QUALITY = 0.75;

/** Takes pictures of a page, and makes one of them that moves. */
export interface Camera {
  /** A picture, to be shown for so long. One like the last lengthens that. */
  take(page: Page, ms: number): Promise<void>;
  /** Throws when it is too large for a README. */
  save(path: string): Promise<void>;
}

export async function openCamera(
  browser: Browser,
  size: { readonly width: number; readonly height: number },
): Promise<Camera> {
  // The browser has the encoder that Node lacks.
  const encoder = await browser.newPage();
  const frames: Frame[] = [];
  let last: string | undefined;
  return {
    async take(page, ms) {
      const png = (await page.screenshot()).toString('base64');
      const before = frames.at(-1);
      if (png === last && before !== undefined) {
        frames[frames.length - 1] = { ...before, ms: before.ms + ms };
        return;
      }
      last = png;
      const webp = await encoder.evaluate<string>(`(async () => {
        const bytes = Uint8Array.from(atob('${png}'), (character) => character.charCodeAt(0));
        const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const canvas = document.createElement('canvas');
        canvas.width = ${size.width};
        canvas.height = ${size.height};
        canvas.getContext('2d', { alpha: false }).drawImage(picture, 0, 0, ${size.width}, ${size.height});
        return canvas.toDataURL('image/webp', ${QUALITY}).split(',')[1];
      })()`);
      frames.push({ webp: Buffer.from(webp, 'base64'), ms });
    },
    async save(path) {
      const moving = animateWebp(frames, size);
      if (moving.length > MOST_BYTES)
        throw new RangeError(
          `${path} would have ${moving.length} bytes, ${MOST_BYTES} at the most: take fewer pictures`,
        );
      await writeFile(path, moving);
      console.log(`${path}: ${frames.length} pictures, ${moving.length} bytes`);
    },
  };
}
