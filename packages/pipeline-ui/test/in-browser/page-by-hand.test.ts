import { findAccessibilityProblems, hasChromium } from '@client-tickets/testkit/browser';
import { describe, expect, it } from 'vitest';
import { madeBatchDetail, madeStatus, madeWindows } from './made-events.ts';
import { empty, millions, twoHundred, type Scene } from './made-scenes.ts';
import { DESK, usePages, type ShownPage } from './shown-page.ts';

const PHONE = { viewport: { width: 320, height: 780 }, isMobile: true } as const;
const THUMB_WIDTH = 16; // Chromium's
const SENTENCE = 'The dashboard has shown the numbers of last week since this morning. ';
const LONG_REQUEST = `${SENTENCE.repeat(10)}Thank you.`;

/** What the Tab key stops at, from the top of the page until it leaves it. */
async function tabThrough({ page }: ShownPage): Promise<readonly string[]> {
  const stops: string[] = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<string | null>(`(() => {
      const { activeElement: at, body } = document;
      if (at === body) return null;
      const shown = at.closest('label') ?? at;
      if (getComputedStyle(shown).outlineStyle !== 'solid') return 'no outline: ' + at.outerHTML.slice(0, 100);
      return at.getAttribute('aria-label') ?? at.textContent.trim() ?? at.name;
    })()`);
    if (stop === null) return stops;
    stops.push(stop);
  }
}

describe.skipIf(!hasChromium)(
  'the page by keyboard, on a phone and without a connection (needs a browser)',
  () => {
    const open = usePages();
    let shown: ShownPage;

    async function show(
      { events, answers }: Scene,
      screen: Parameters<typeof open>[2] = DESK,
    ): Promise<ShownPage> {
      shown = await open(events, answers, screen);
      await shown.page.locator('.settings tbody tr').first().waitFor();
      return shown;
    }

    it('the Tab key stops where something can be done, with an outline, from the top to the bottom', async () => {
      const controlled = { ...empty.events, status: madeStatus({ control: true }) };
      await show({ ...empty, events: controlled });
      expect(await tabThrough(shown)).toEqual([
        'Skip to the numbers',
        'Pause',
        'Overview',
        'Batches',
        'Partitions',
        'Dead letters',
        'Settings',
        'Redpanda Console',
        'Jupyter',
        '', // the minutes that are charted, a group of which Tab takes one
        'API',
        'Metrics',
        'Health',
        'Readiness',
      ]);
    });

    it('the Tab key stops at a table only where it is wider than the screen, so that arrows move it', async () => {
      const { page } = await show(twoHundred);
      const partitions = page.locator('.wide', { has: page.locator('.partitions') });
      expect(await partitions.getAttribute('tabindex')).toBeNull();
      await page.setViewportSize(PHONE.viewport);
      await expect.poll(() => partitions.getAttribute('tabindex')).toBe('0');
      expect(await partitions.getAttribute('aria-label')).toBe('Partitions, scrolls sideways');
      await partitions.focus();
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => page.evaluate<number>('document.activeElement.scrollLeft')).toBeGreaterThan(0);
    });

    it('Enter opens a batch and closes it, skips the header, and asks for the token; Escape forgets the question', async () => {
      const events = { ...twoHundred.events, status: madeStatus({ control: true }) };
      const { page } = await show({ ...twoHundred, events });
      const batch = page.locator('.toggle').first();
      await batch.focus();
      await page.keyboard.press('Enter');
      await page.locator('tr.details').waitFor();
      await page.keyboard.press('Enter');
      await page.locator('tr.details').waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Skip to the numbers' }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('content');
      await page.getByRole('button', { name: 'Pause' }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate('document.activeElement.name')).toBe('token');
      await page.keyboard.press('Escape');
      await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Pause');
    });

    it('cuts a long request with an ellipsis in the table of a batch, and wraps it once it is opened', async () => {
      const answers = { ...twoHundred.answers, batch: madeBatchDetail(LONG_REQUEST) };
      const { page } = await show({ ...twoHundred, answers });
      await page.locator('.toggle').first().click();
      const cutOff = `[...document.querySelectorAll('.records td:has(.long)')].flatMap((each) => [
      each.scrollWidth - each.clientWidth,
      getComputedStyle(each.querySelector('summary')).textOverflow,
    ])`;
      const cell = page.locator('.records td', { has: page.locator('.long') });
      const summary = cell.locator('summary');
      await summary.waitFor();
      expect(await page.evaluate(cutOff)).toEqual([0, 'ellipsis']);
      await summary.focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => cell.innerText()).toContain(LONG_REQUEST);
      expect(await page.evaluate(cutOff)).toEqual([0, 'ellipsis']);
    });

    it('has no slider for a single hour, whose words a screen reader gets; nothing is late before the first', async () => {
      const { page, tell } = await show(empty);
      expect(await page.locator('.windows .late').count()).toBe(0);
      tell({ windows: madeWindows(1, 40) });
      const reading = page.locator('.windows .reading:not([aria-hidden="true"])');
      await expect.poll(() => reading.innerText()).toMatch(/: 40 tickets, open\. Technical 16/);
      expect(await page.getByRole('slider').count()).toBe(0);
      tell({ windows: madeWindows(2, 40) });
      await page.getByRole('slider').waitFor();
    });

    it('has the thumb of the slider below the middle of the hour that it chooses', async () => {
      const { page } = await show(millions);
      const slider = page.getByRole('slider');
      const track = await slider.boundingBox();
      const column = await page.locator('.columns li').last().boundingBox();
      if (track === null || column === null) throw new Error('the hours are not shown');
      const edge = await page.evaluate<number>(`(() => {
      const { paddingRight, borderRightWidth } = getComputedStyle(document.querySelector('input[type="range"]'));
      return parseFloat(paddingRight) + parseFloat(borderRightWidth);
    })()`);
      const middle = track.x + track.width - edge - THUMB_WIDTH / 2;
      expect(Math.abs(middle - (column.x + column.width / 2))).toBeLessThan(1);
    });

    it('writes more than one time below five minutes of a chart on a phone', async () => {
      const { page } = await show(twoHundred, PHONE);
      await page.evaluate(`{
      window.written = [];
      const write = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
        window.written.push(text);
        return write.call(this, text, ...place);
      };
    }`);
      await page.getByLabel('15 min', { exact: true }).check();
      await page.evaluate('{ window.written.length = 0; }');
      await page.getByLabel('5 min', { exact: true }).check();
      const times = `[...new Set(window.written.filter((text) => /^\\d\\d:\\d\\d$/.test(text)))].length`;
      await expect.poll(() => page.evaluate<number>(times)).toBeGreaterThan(1);
    });

    it('shows what is said before its first paint', async () => {
      const { page } = await show(twoHundred);
      // A browser that has come to no paint, nor to what was put off until after it.
      await page.addInitScript('window.requestAnimationFrame = () => 0; window.setTimeout = () => 0;');
      await page.reload();
      await expect.poll(() => page.locator('.figure[data-main] .value').innerText()).toBe('200');
    });

    it('says since when there is no connection, keeps what it had, and stays as easy to read', async () => {
      const { page, goAway, restart } = await show(twoHundred);
      await goAway();
      const notice = page.locator('.notice', { hasText: 'No connection to the consumer' });
      await expect.poll(() => notice.innerText()).toMatch(/Since \d\d:\d\d:\d\d, trying again/);
      expect(await page.locator('.state').innerText()).toBe('No connection');
      expect(await page.locator('.figure[data-main] .value').innerText()).toBe('200');
      expect(await findAccessibilityProblems(page)).toEqual([]);
      await restart(twoHundred.events, twoHundred.answers);
      await notice.waitFor({ state: 'detached' });
    });
  },
);
