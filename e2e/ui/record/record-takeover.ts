import { createTestLocation, poll, startConsumer, startService, uniqueName } from '@client-tickets/testkit';
import { openPage } from '@client-tickets/testkit/browser';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { openCamera } from './camera.ts';

const SIZE = { width: 1100, height: 620 };
const EVERY_MS = 1_000;
const BEFORE = 5;
const AFTER = 8;
const MOST = 40;
const CHARTED_SECONDS = 12;

const history = z.object({ at: z.array(z.int()) });

async function chartedSeconds(url: string): Promise<number> {
  return history.parse(await (await fetch(`${url}/api/v1/history`)).json()).at.length;
}

/** The page of one consumer while another one is killed and its partitions are taken over. */
export async function recordTakeover(browser: Browser, path: string): Promise<void> {
  const location = await createTestLocation('s3');
  const settings = {
    KAFKA_TOPIC: uniqueName('client_tickets'),
    KAFKA_GROUP_ID: uniqueName('record'),
    KAFKA_SESSION_TIMEOUT_MS: '10000',
    RESULTS_ROLLOVER_INTERVAL: '1 minute',
    RESULTS_PATH: location.RESULTS_PATH,
    CHECKPOINT_PATH: location.CHECKPOINT_PATH,
  };
  const doomed = await startConsumer(settings);
  const survivor = await startConsumer(settings);
  const producer = startService('producer', { ...settings, TICKET_COUNT: '0', TICKETS_PER_SECOND: '20' });
  const { page } = await openPage(browser, survivor.url, { viewport: SIZE, bypassCSP: true });
  const camera = await openCamera(browser, SIZE);
  const owners = page.locator('.partitions .owner');
  const areOwnedBy = async (count: number): Promise<boolean> =>
    new Set((await owners.allInnerTexts()).map((text) => text.split('\n', 1)[0])).size === count &&
    !(await owners.allInnerTexts()).some((text) => text.includes('not this consumer'));
  await poll('two consumers share the partitions', 90_000, () => areOwnedBy(2));
  // Partitions first, so that the story is on one screen.
  await page.addStyleTag({ content: '#partitions { order: -1 }' });
  await poll(
    'something in the charts',
    60_000,
    async () => (await chartedSeconds(survivor.url)) >= CHARTED_SECONDS,
  );
  let after = 0;
  for (let frame = 0; frame < MOST && after < AFTER; frame += 1) {
    if (frame === BEFORE) doomed.process.kill('SIGKILL');
    if (frame > BEFORE && (await areOwnedBy(1))) after += 1;
    await camera.take(page, EVERY_MS);
    await page.waitForTimeout(EVERY_MS);
  }
  await camera.save(path);
  for (const each of [producer, survivor.process]) {
    each.kill('SIGTERM');
    await each.ended;
  }
  await page.context().close();
  await location.remove();
}
