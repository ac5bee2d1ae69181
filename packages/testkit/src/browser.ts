import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Debian's, and whatever else the environment names. */
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

export const hasChromium = existsSync(executablePath);

/** Far more than it takes, as in `vitest.config.ts`: Playwright's own half a minute was missed on a busy machine. */
const DEADLINE_MS = 120_000;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    timeout: DEADLINE_MS,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/** A page that notes everything that should not happen on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Script errors, refusals by the content security policy, dialogs, and requests that leave the origin. */
  readonly troubles: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    // The consumer may be gone for a while; that is what the page is told by a failed request.
    const isOutage = message.text().includes('Failed to load resource');
    if (message.type() === 'error' && !isOutage) troubles.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) troubles.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  return { page, troubles };
}

/** What axe-core finds of the given gravity, one line each. */
export async function findAccessibilityProblems(
  page: Page,
  impacts: readonly string[] = ['serious', 'critical'],
): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run(document)');
  return violations
    .filter(({ impact }) => impacts.includes(impact ?? ''))
    .map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
    );
}
