import { createKafkaProducer } from '@client-tickets/kafka';
import { partitionCheckpointKey, silentLogger, systemClock } from '@client-tickets/micro-batch';
import { openObjectStore } from '@client-tickets/object-store';
import { createTicketGenerator } from '@client-tickets/tickets';
import type { Browser, Locator, Page } from 'playwright-core';
import {
  createTestLocation,
  freePort,
  hasKafka,
  hasS3,
  type RunningConsumer,
  startConsumer,
  startService,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  findAccessibilityProblems,
  hasChromium,
  openPage,
  startBrowser,
  type WatchedPage,
} from '@client-tickets/testkit/browser';

const env = process.env;
const isThere = hasKafka && hasS3 && hasChromium;
const TOKEN = 'token-of-the-test';
const TICKETS = 200;
const SCRIPT = '<script>window.stolen = 1</script><img src=x onerror="window.stolen = 2">';

/** Text of the figure with this name. */
const figure = (page: Page, name: string): Promise<string> =>
  page.locator('.figure', { hasText: name }).locator('.value').innerText();
const count = async (page: Page, name: string): Promise<number> =>
  Number((await figure(page, name)).replaceAll(/[^\d]/g, ''));

/** Resolves once nothing is left that is counted and in no file yet. */
const allInFiles = (page: Page): Promise<void> =>
  expect.poll(() => page.locator('.figure[data-main] .note').innerText()).toContain('all in files');

/** What opens a batch, counted from the newest as the list is now, also when it has moved down. */
async function batchAt(page: Page, place: number): Promise<Locator> {
  const batch = await page.locator('.toggle').nth(place).getAttribute('aria-controls');
  return page.locator(`.toggle[aria-controls="${batch}"]`);
}

const needs = 'needs KAFKA_BROKERS, AWS_ENDPOINT_URL_S3, S3_BUCKET and /usr/bin/chromium or CHROMIUM_PATH';

describe.skipIf(!isThere)(`the page of a consumer on real Kafka and S3 (${needs})`, () => {
  const topic = uniqueName('ui');
  let browser: Browser;
  let location: TestLocation;
  let consumer: RunningConsumer;
  let watched: WatchedPage;
  let settings: Record<string, string>;

  async function send(values: readonly (string | Uint8Array | null)[]): Promise<void> {
    const connection = { brokers: (env['KAFKA_BROKERS'] ?? '').split(','), clientId: 'ui-test' };
    const producer = createKafkaProducer({ connection, topic, logger: silentLogger, clock: systemClock });
    await producer.send(values.map((value, index) => ({ key: `CL-${100 + index}`, value })));
    await producer.close();
  }

  beforeAll(async () => {
    location = await createTestLocation('s3');
    browser = await startBrowser();
    settings = {
      KAFKA_TOPIC: topic,
      KAFKA_GROUP_ID: uniqueName('ui'),
      RESULTS_PATH: location.RESULTS_PATH,
      CHECKPOINT_PATH: location.CHECKPOINT_PATH,
      HTTP_CONTROL_TOKEN: TOKEN,
      TRIGGER: '500 milliseconds',
      MAX_OFFSETS_PER_TRIGGER: '60',
      RESULTS_ROLLOVER_INTERVAL: '2 seconds',
      KAFKA_SESSION_TIMEOUT_MS: '6000', // the least that brokers allow: the one that is killed keeps its partitions so long
    };
    // One that nothing else is given while it is started again, nor the browser's own connections.
    consumer = await startConsumer({ ...settings, HTTP_PORT: String(await freePort()) });
    watched = await openPage(browser, consumer.url, { viewport: { width: 1280, height: 1180 } });
  });

  afterAll(async () => {
    consumer.process.kill('SIGKILL');
    await browser.close();
    await location.remove();
  });

  test('says that it waits, and that nothing was counted, before the first ticket', async () => {
    const { page } = watched;
    await page.locator('.state[data-state="waiting"]').waitFor();
    await expect.poll(() => figure(page, 'Tickets counted')).toBe('0');
    await expect.poll(() => page.locator('#batches').innerText()).toContain('No batch yet');
    const rejected = page.locator('#dead-letters');
    await expect.poll(() => rejected.innerText()).toContain('No record has been rejected so far.');
  });

  test('shows counts as tickets come, without a reload', async () => {
    const { page } = watched;
    await page.evaluate(`(() => {
      window.sameDocument = true;
      window.seen = [];
      const shown = document.querySelector('.figure[data-main] .value');
      new MutationObserver(() => window.seen.push(Number(shown.textContent.replaceAll(/[^\\d]/g, ''))))
        .observe(shown, { childList: true, characterData: true, subtree: true });
    })()`);
    for (const [sent, total] of [
      [80, 80],
      [TICKETS - 80, TICKETS],
    ] as const) {
      const producer = startService('producer', {
        KAFKA_TOPIC: topic,
        TICKET_COUNT: String(sent),
        TICKETS_PER_SECOND: '40',
      });
      expect(await producer.ended, producer.output()).toBe(0);
      await expect.poll(() => count(page, 'Tickets counted')).toBe(total);
    }
    const seen = await page.evaluate<number[]>('window.seen');
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    await expect.poll(() => count(page, 'Lag')).toBe(0);
    const bars = page.locator('.bars').first().locator('td:nth-child(2)');
    const inBars = (texts: readonly string[]): number =>
      texts.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0);
    await expect.poll(async () => inBars(await bars.allInnerTexts())).toBe(TICKETS);
    await expect.poll(() => figure(page, 'Freshness')).toMatch(/^\d.*s$/);
    await allInFiles(page);
  });

  test('shows partitions, and batches with their phases and requests', async () => {
    const { page } = watched;
    await expect.poll(() => page.locator('.partitions tbody tr').count()).toBe(3);
    const row = page.locator('.batches tbody tr').first();
    await expect.poll(() => row.locator('.phase-bar').innerText()).toMatch(/ms|s/);
    await expect.poll(() => row.locator('td').last().innerText()).toMatch(/^[1-9]\d*\s*: \d+ [\w-]+/);
  });

  test('opens a batch with the keyboard: offsets, files, records before and after', async () => {
    const { page } = watched;
    const toggle = await batchAt(page, 0);
    await toggle.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => toggle.getAttribute('aria-expanded')).toBe('true');
    const details = page.locator('.batch-details');
    await details.locator('.records tbody tr').first().waitFor();
    const text = await details.innerText();
    expect(text).toMatch(
      /Offsets[\s\S]*Counted[\s\S]*tickets?[\s\S]*Files[\s\S]*tickets\/partition=\d\/\d{20}-\d{20}\.parquet/,
    );
    expect(
      await details.locator('.records tbody tr').first().locator('td.added').first().innerText(),
    ).toMatch(/Tech Support|Billing Team|Account Management|General Support/);
    await page.keyboard.press('Enter');
    await details.waitFor({ state: 'detached' });
  });

  test('shows what a dead letter holds as text, whatever it holds', async () => {
    const { page, troubles } = watched;
    await send([
      JSON.stringify({ ticket_id: 'TCK-00001', request: SCRIPT, type: SCRIPT }),
      new Uint8Array([0xff, 0xfe, 0x00, 0x41]),
      null,
      'no json \u202e at all',
    ]);
    const letters = page.locator('#dead-letters .letters tbody tr');
    await expect.poll(() => letters.count()).toBeGreaterThan(0);
    await expect.poll(() => count(page, 'Dead letters')).toBe(4);
    await allInFiles(page); // of each partition: the list is read once, and does not grow by itself
    await page.reload();
    await expect.poll(() => letters.count()).toBe(4);
    for (const summary of await letters.locator('summary').all()) await summary.click();
    const text = await page.locator('#dead-letters').innerText();
    expect(text).toContain('<script>window.stolen = 1</script>');
    expect(text).toContain('00000000  ff fe 00 41');
    expect(text).toContain('⟨U+202E⟩');
    expect(text).toContain('tombstone');
    expect(await page.evaluate('window.stolen')).toBeUndefined();
    expect(await page.locator('#dead-letters script, #dead-letters img').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  test('finds dead letters by their reason', async () => {
    const { page } = watched;
    await page.getByLabel('Reason', { exact: true }).fill('TOMBSTONE');
    await page.keyboard.press('Enter');
    const letters = page.locator('#dead-letters .letters tbody tr');
    await expect.poll(() => letters.count()).toBe(1);
    await page.getByLabel('Reason', { exact: true }).fill('');
    await page.keyboard.press('Enter');
    await expect.poll(() => letters.count()).toBe(4);
  });

  test('pauses and resumes for a visitor who has the token', async () => {
    const { page } = watched;
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('alert').innerText()).toBe('That is not the token.');
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.locator('.state[data-state="paused"]').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('.state[data-state="waiting"]').waitFor();
  });

  test('everything can be reached with the keyboard alone, and the focus can be seen', async () => {
    const { page } = watched;
    const everything = `[...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
      .filter((each) => each.checkVisibility() && !each.disabled)
      .filter((each) => each.type !== 'radio' || each.checked)`;
    const expected = await page.evaluate<number>(`${everything}.length`);
    await page.evaluate(
      'document.activeElement?.blur?.(); window.reached = new Set(); window.unseen = []; 0',
    );
    for (let press = 0; press < expected + 5; press += 1) {
      await page.keyboard.press('Tab');
      await page.evaluate(`(() => {
        const at = document.activeElement;
        if (at === null || at === document.body) return;
        window.reached.add(at);
        const shown = at.type === 'radio' ? at.parentElement : at;
        if (getComputedStyle(shown).outlineStyle === 'none') window.unseen.push(at.outerHTML.slice(0, 120));
      })()`);
    }
    const missed = await page.evaluate(
      `${everything}.filter((each) => !window.reached.has(each)).map((each) => each.outerHTML.slice(0, 120))`,
    );
    expect(missed).toEqual([]);
    expect(await page.evaluate('window.unseen')).toEqual([]);
  });

  test.each([
    ['light', { colorScheme: 'light', viewport: { width: 1280, height: 1180 } }],
    ['dark', { colorScheme: 'dark', viewport: { width: 1280, height: 1180 } }],
    [
      'small phone',
      { colorScheme: 'light', viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true },
    ],
    [
      'phone',
      { colorScheme: 'light', viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, isMobile: true },
    ],
  ] as const)('has no serious accessibility problem and fits the screen: %s', async (_, options) => {
    const { page, troubles } = await openPage(browser, consumer.url, options);
    await page.locator('.letters tbody tr').first().waitFor();
    await (await batchAt(page, 1)).click();
    await page.locator('.records tbody tr, .batch-details .letters').first().waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBe(options.viewport.width);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('shows the whole group on the page of one consumer, when there are two', async () => {
    const second = await startConsumer(settings);
    const { page, troubles } = await openPage(browser, second.url);
    const owners = page.locator('.partitions tbody tr td:nth-child(3)');
    await expect
      .poll(async () => {
        const names = await owners.allInnerTexts();
        return [names.length, new Set(names).size];
      })
      .toEqual([3, 2]);
    await expect.poll(() => count(page, 'Tickets counted')).toBe(TICKETS);
    await expect.poll(() => page.locator('.batches tbody tr').count()).toBeGreaterThan(2);
    await expect.poll(() => count(page, 'Lag')).toBe(0);
    expect(troubles).toEqual([]);
    await page.context().close();
    second.process.kill('SIGTERM');
    expect(await second.process.ended, second.process.output()).toBe(0);
  });

  test('survives a restart of the consumer', async () => {
    const { page, troubles } = watched;
    await page.evaluate('window.sameDocument = true');
    consumer.process.kill('SIGKILL');
    await page.locator('.notice', { hasText: 'No connection to the consumer' }).waitFor();
    expect(await count(page, 'Tickets counted')).toBe(TICKETS);
    consumer = await startConsumer({ ...settings, HTTP_PORT: consumer.port });
    await page.locator('.notice', { hasText: 'No connection' }).waitFor({ state: 'detached' });
    await page.locator('.state[data-state="waiting"]').waitFor();
    await send([JSON.stringify(0)]);
    await expect.poll(() => count(page, 'Dead letters')).toBe(5);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    expect(troubles).toEqual([]);
  });

  test('names fields that are not declared, as text, whatever they are called', async () => {
    const { page, troubles } = watched;
    const ticket = createTicketGenerator({ seed: 9, startTime: new Date('2026-11-22T09:30:00Z') }).next();
    await send([JSON.stringify({ ...ticket, channel: 'web', [SCRIPT]: 1 })]);
    const notice = page.locator('.notices .notice', { hasText: 'Some tickets have fields' });
    await expect.poll(() => notice.innerText()).toContain('channel in 1 ticket');
    await expect.poll(() => notice.innerText()).toContain('<script>window.stolen = 1</script>');
    expect(await page.evaluate('window.stolen')).toBeUndefined();
    expect(await page.locator('.notices script').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  test('shows why a query has failed, also when the consumer has ended', async () => {
    const { page } = watched;
    const store = await openObjectStore(location.CHECKPOINT_PATH, {
      s3: { endpoint: env['AWS_ENDPOINT_URL_S3'], region: env['AWS_REGION'] },
    });
    for (const partition of [0, 1, 2])
      await store.put(partitionCheckpointKey(topic, partition), Buffer.from('{ "version": 1 '));
    await store.close();
    await send([null, null, null, null, null, null]);
    const notice = page.locator('.notice[data-tone="bad"]');
    await expect
      .poll(() => notice.innerText())
      .toMatch(/failed: checkpoint damaged[\s\S]*partition-\d\.json is damaged/);
    expect(await consumer.process.ended, consumer.process.output()).toBe(1);
    await page.locator('.notice', { hasText: 'No connection to the consumer' }).waitFor();
    await expect.poll(() => notice.innerText()).toContain('checkpoint damaged');
    await expect.poll(() => page.locator('.state strong').innerText()).toBe('Failed');
  });
});
