import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@client-tickets/testkit';
import type { Browser } from 'playwright-core';
import { openCamera } from './camera.ts';

const SIZE = { width: 760, height: 560 };
const EVERY_MS = 700;
const END_MS = 4_000;
/** What fits into the picture. */
const MOST_LINES = 29;
const COMMAND = '$ npx -y pnpm@12 demo --count 60 --rate 6 --seed 7';
const TERMINAL = `<!doctype html><style>
  body { margin: 0; background: #16181d; }
  pre { margin: 0; padding: 16px 20px; color: #e6e6e6; font: 13px/18px 'DejaVu Sans Mono', monospace; }
</style><pre></pre>`;

/** The demo, as its lines come. */
export async function recordDemo(browser: Browser, path: string): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'demo-'));
  const demo = startProcess({
    name: 'demo',
    args: [
      '--import',
      'tsx',
      'services/demo/src/main.ts',
      '--count',
      '60',
      '--rate',
      '6',
      '--seed',
      '7',
      '--data',
      data,
    ],
    environment: process.env,
  });
  const page = await browser.newPage({ viewport: SIZE });
  await page.setContent(TERMINAL);
  const camera = await openCamera(browser, SIZE);
  const show = async (ms: number): Promise<void> => {
    const lines = [COMMAND, ...demo.output().replaceAll(data, 'data').split('\n')].slice(-MOST_LINES);
    await page.evaluate(`document.querySelector('pre').textContent = ${JSON.stringify(lines.join('\n'))}`);
    await camera.take(page, ms);
  };
  while (!demo.isOver()) {
    await show(EVERY_MS);
    await page.waitForTimeout(EVERY_MS);
  }
  await show(END_MS);
  if ((await demo.ended) !== 0) throw new Error(`the demo failed:\n${demo.output()}`);
  await camera.save(path);
  await page.close();
  await rm(data, { recursive: true });
}
