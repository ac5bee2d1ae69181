import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createKafkaProducer } from '@client-tickets/kafka';
import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import {
  createTestLocation,
  hasKafka,
  hasS3,
  poll,
  startConsumer,
  startService,
  uniqueName,
} from '@client-tickets/testkit';
import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium, openPage, startBrowser } from '@client-tickets/testkit/browser';

/** `SCREENSHOTS=docs pnpm vitest run e2e/ui/screenshots` takes the documentation's pictures again. */
const folder = process.env['SCREENSHOTS'];

/** Far more than it takes, as in `vitest.config.ts`. */
const SOON_MS = 300_000;

/** How much the charts show: in the documentation more than a minute; CI only looks whether pictures can be made. */
const CHARTED_SECONDS = process.env['CI'] === undefined ? 75 : 5;

/** Before those that flow there are tickets of some hours, which are final. */
const HOURS = 10;
const HOUR_MS = 3_600_000;

const history = z.object({ at: z.array(z.int()) });
const items = z.object({ items: z.array(z.unknown()) });
const batches = z.object({
  items: z.array(
    z.object({
      key: z.string(),
      batchId: z.int(),
      parts: z.tuple([z.object({ partition: z.int() })], z.unknown()),
    }),
  ),
});
const batchDetail = z.object({ records: z.array(z.unknown()) });

/** Without motion, so that no picture is taken in the middle of scrolling. */
const STILL = { reducedMotion: 'reduce' } as const;
const DESK = { ...STILL, viewport: { width: 1280, height: 1100 } } as const;
const PICTURES = [
  ['pipeline-ui', { ...DESK, colorScheme: 'light' }, 'overview'],
  ['pipeline-ui-dark', { ...DESK, colorScheme: 'dark' }, 'overview'],
  ['pipeline-ui-partitions', { ...DESK, colorScheme: 'light' }, 'partitions'],
  [
    'pipeline-ui-phone',
    {
      ...STILL,
      viewport: { width: 360, height: 780 },
      deviceScaleFactor: 2,
      isMobile: true,
      colorScheme: 'light',
    },
    'overview',
  ],
  ['pipeline-ui-batch', { ...DESK, colorScheme: 'light' }, 'batches'],
] as const;

describe.skipIf(folder === undefined || !hasKafka || !hasS3 || !hasChromium)(
  'pictures of the page (made when SCREENSHOTS names a folder)',
  () => {
    test('are taken while tickets flow', async () => {
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
        MAX_OFFSETS_PER_TRIGGER: '0',
        RESULTS_ROLLOVER_INTERVAL: '10 seconds', // so that some of the batches that are shown are in files
      });
      const connection = { brokers: (process.env['KAFKA_BROKERS'] ?? '').split(',') };
      const messages = createKafkaProducer({
        connection,
        topic: topic.KAFKA_TOPIC,
        logger: silentLogger,
        clock: systemClock,
      });
      const ask = async <T>(path: string, shape: z.ZodType<T>): Promise<T> =>
        shape.parse(await (await fetch(`${consumer.url}/api/v1/${path}`)).json());
      await poll('the topic', SOON_MS, async () => (await ask('partitions', items)).items.length > 0);
      const generator = createTicketGenerator({ seed: 7, startTime: new Date() });
      const now = Date.now();
      for (let hour = HOURS; hour > 0; hour -= 1) {
        const count = CHARTED_SECONDS * (8 + ((hour * 7) % 11));
        const tickets = Array.from({ length: count }, (_, nth) =>
          generator.next(new Date(now - (hour - nth / count) * HOUR_MS)),
        );
        await messages.send(tickets.map((each) => ({ key: each.client_id, value: encodeTicket(each) })));
      }
      const producer = startService('producer', { ...topic, TICKET_COUNT: '0', TICKETS_PER_SECOND: '37' });
      const bad = [
        '{"ticket_id":"TCK-00412","client_id":"CL-417","created_at":"2026-11-22T09:30:00Z","request":"Question générale","type":"SALES","priority":"LOW"}',
        null,
        '{"ticket_id":"TCK-00413","client_id":"CL-99","created_at":"22/11/2026","request":"<script>alert(1)</script>","type":"BILLING","priority":"URGENT"}',
        'not json',
        new Uint8Array([0xff, 0xfe, 0x54, 0x00, 0x43, 0x00, 0x4b, 0x00]),
      ];
      const areCharted = async (seconds: number): Promise<boolean> =>
        (await ask('history', history)).at.length >= seconds;
      /** The newest batch whose records are in files. */
      const findStored = async (): Promise<string | undefined> => {
        for (const { key, batchId, parts } of (await ask('batches', batches)).items) {
          const path = `partitions/${parts[0].partition}/batches/${batchId}`;
          if ((await ask(path, batchDetail)).records.length > 0) return key;
        }
        return undefined;
      };
      for (const [index, value] of bad.entries()) {
        const seconds = (CHARTED_SECONDS * (index + 1)) / bad.length;
        await poll(`${seconds} s in the charts`, SOON_MS, () => areCharted(seconds));
        await messages.send([{ key: `CL-${300 + index}`, value }]);
      }
      await messages.close();
      await poll(
        'dead letters in files',
        SOON_MS,
        async () => (await ask('dead-letters', items)).items.length === bad.length,
      );
      for (const [name, options, section] of PICTURES) {
        const { page, troubles } = await openPage(browser, consumer.url, options);
        await page.locator('.letters tbody tr').first().waitFor();
        await page.locator('.table-line').waitFor();
        await page.getByLabel('1 min', { exact: true }).check(); // so long is charted
        if (section === 'overview') await page.evaluate('scrollTo(0, 0)');
        if (section === 'batches') {
          // Without tickets the list stands still; while it moves on, a row may leave it before it is chosen.
          producer.kill('SIGTERM');
          await producer.ended;
          await page.locator('.figure[data-main] .note', { hasText: 'all in files' }).waitFor();
          await page.locator(`.toggle[aria-controls="batch-${await findStored()}"]`).click();
          await page.locator('.records tbody tr').first().waitFor();
        }
        if (section === 'batches')
          await page.evaluate(`document.querySelector('.records').scrollIntoView({ block: 'center' })`);
        else if (section !== 'overview')
          await page.evaluate(`document.getElementById('${section}').scrollIntoView()`);
        await page.locator('.chart .number', { hasText: /\d/ }).first().waitFor();
        await page.screenshot({ path: join(place, `${name}.png`), animations: 'disabled' });
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
