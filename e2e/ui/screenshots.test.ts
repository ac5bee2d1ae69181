import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createKafkaProducer } from '@client-tickets/kafka';
import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import {
  createTestLocation,
  hasKafka,
  hasS3,
  startConsumer,
  startService,
  uniqueName,
} from '@client-tickets/testkit';
import { describe, expect, test } from 'vitest';
import { hasChromium, openPage, startBrowser } from '@client-tickets/testkit/browser';

/** `SCREENSHOTS=docs pnpm vitest run e2e/ui/screenshots` takes the documentation's pictures again. */
const folder = process.env['SCREENSHOTS'];

/** How long tickets flow before each dead letter: the charts of the documentation show a minute, CI only looks whether they can be made. */
const PACE_MS = process.env['CI'] === undefined ? 12_000 : 2_000;

const DESK = { viewport: { width: 1280, height: 1100 } } as const;
const PICTURES = [
  ['pipeline-ui', { ...DESK, colorScheme: 'light' }, 'overview'],
  ['pipeline-ui-dark', { ...DESK, colorScheme: 'dark' }, 'overview'],
  ['pipeline-ui-batch', { ...DESK, colorScheme: 'light' }, 'batches'],
  ['pipeline-ui-dead-letters', { ...DESK, colorScheme: 'light' }, 'dead-letters'],
  [
    'pipeline-ui-phone',
    { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, isMobile: true, colorScheme: 'light' },
    'overview',
  ],
] as const;

describe.skipIf(folder === undefined || !hasKafka || !hasS3 || !hasChromium)(
  'pictures of the page (made when SCREENSHOTS names a folder)',
  () => {
    test('are taken while tickets flow', { timeout: 300_000 }, async () => {
      const place = folder ?? '';
      mkdirSync(place, { recursive: true });
      const location = await createTestLocation('s3');
      const browser = await startBrowser();
      const topic = { KAFKA_TOPIC: uniqueName('client_tickets') };
      const consumer = await startConsumer({
        ...topic,
        KAFKA_GROUP_ID: uniqueName('ui'),
        RESULTS_PATH: location.RESULTS_PATH,
        CHECKPOINT_PATH: location.CHECKPOINT_PATH,
        MAX_OFFSETS_PER_TRIGGER: '60',
        RESULTS_ROLLOVER_INTERVAL: '10 seconds', // so that the oldest batch that is shown is in files
      });
      const producer = startService('producer', { ...topic, TICKET_COUNT: '0', TICKETS_PER_SECOND: '37' });
      const connection = { brokers: (process.env['KAFKA_BROKERS'] ?? '').split(',') };
      const messages = createKafkaProducer({
        connection,
        topic: topic.KAFKA_TOPIC,
        logger: silentLogger,
        clock: systemClock,
      });
      const bad = [
        '{"ticket_id":"TCK-00412","client_id":"CL-417","created_at":"2026-11-22T09:30:00Z","request":"Question générale","type":"SALES","priority":"LOW"}',
        null,
        '{"ticket_id":"TCK-00413","client_id":"CL-99","created_at":"22/11/2026","request":"<script>alert(1)</script>","type":"BILLING","priority":"URGENT"}',
        'not json',
        new Uint8Array([0xff, 0xfe, 0x54, 0x00, 0x43, 0x00, 0x4b, 0x00]),
      ];
      for (const [index, value] of bad.entries()) {
        await systemClock.sleep(PACE_MS);
        await messages.send([{ key: `CL-${300 + index}`, value }]);
      }
      await messages.close();
      await systemClock.sleep(15_000);
      for (const [name, options, section] of PICTURES) {
        const { page, troubles } = await openPage(browser, consumer.url, options);
        await page.locator('.letters tbody tr').first().waitFor();
        if (section === 'batches') {
          await page.locator('.toggle').last().click(); // the oldest that is shown
          await page.locator('.records tbody tr').first().waitFor();
        }
        if (section === 'batches')
          await page.evaluate(`document.querySelector('.records').scrollIntoView({ block: 'center' })`);
        else if (section !== 'overview')
          await page.evaluate(`document.getElementById('${section}').scrollIntoView()`);
        await page.waitForTimeout(2_500); // until charts and bars have settled
        await page.screenshot({ path: join(place, `${name}.png`) });
        expect(troubles).toEqual([]);
        await page.context().close();
      }
      for (const service of [producer, consumer.process]) {
        service.kill('SIGTERM');
        await service.ended;
      }
      await browser.close();
      await location.remove();
    });
  },
);
