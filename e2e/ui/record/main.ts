import { hasChromium, startBrowser } from '@client-tickets/testkit/browser';
import { hasKafka, hasS3 } from '@client-tickets/testkit';
import { recordDemo } from './record-demo.ts';
import { recordTakeover } from './record-takeover.ts';

if (!hasKafka || !hasS3 || !hasChromium) {
  console.error(
    'expected real servers and Chromium: eval "$(pnpm servers start)", and CHROMIUM_PATH where it is not /usr/bin/chromium',
  );
  process.exit(2);
}
const [folder = 'docs'] = process.argv.slice(2);
const browser = await startBrowser();
try {
  await recordTakeover(browser, `${folder}/takeover.webp`);
  await recordDemo(browser, `${folder}/demo.webp`);
} finally {
  await browser.close();
}
