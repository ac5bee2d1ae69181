import { findAccessibilityProblems, hasChromium } from '@client-tickets/testkit/browser';
import { describe, expect, it } from 'vitest';
import { madeBatch, madeWindows } from './made-events.ts';
import { empty, LONG_REASON, millions, starting, twoHundred, type Scene } from './made-scenes.ts';
import { DESK, usePages, type ShownPage } from './shown-page.ts';

const phone = (width: number) => ({ viewport: { width, height: 780 }, isMobile: true });
const SCREENS = {
  desk: DESK,
  dark: { ...DESK, colorScheme: 'dark' },
  320: phone(320),
  360: phone(360),
} as const;
const SCENES: Readonly<Record<string, Scene>> = { starting, empty, millions, twoHundred };
/** `PAGE_PICTURES=/tmp/pictures`, a folder that is there, keeps a picture of each scene, to be looked at. */
const pictures = process.env['PAGE_PICTURES'];

/** Script that finds what is wider than its place. */
const tooWide = (selector: string): string => `[...document.querySelectorAll('${selector}')]
  .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent.slice(0, 100))`;

/** As the page writes the hour of a time. */
const hourOf = (at = ''): string => `${String(new Date(at).getUTCHours()).padStart(2, '0')}:00`;

describe.skipIf(!hasChromium)('the page in a browser (needs /usr/bin/chromium or CHROMIUM_PATH)', () => {
  const open = usePages();
  let shown: ShownPage;

  async function show({ events, answers }: Scene, screen: keyof typeof SCREENS = 'desk'): Promise<ShownPage> {
    shown = await open(events, answers, SCREENS[screen]);
    await shown.page.locator('.partitions tbody tr').first().waitFor();
    await shown.page.locator('.settings tbody tr').first().waitFor();
    return shown;
  }

  it.each(Object.entries(SCREENS))('fits and is accessible in each scene: %s', async (screen, options) => {
    shown = await open({}, twoHundred.answers, options);
    const { page, tell, troubles } = shown;
    const { width } = options.viewport;
    for (const [scene, { events }] of Object.entries(SCENES)) {
      tell(events);
      const counted = (events.figures?.rows ?? 0).toLocaleString('en');
      await expect.poll(() => page.locator('.figure[data-main] .value').innerText()).toBe(counted);
      // The last that is told; before it the page is between two scenes.
      await expect.poll(() => page.locator('.toggle').count()).toBe(events.batches?.items.length);
      if (scene === 'twoHundred') await page.locator('.letters tbody tr').first().waitFor();
      // Charts take their width once the browser says what there is.
      const found = (script: string) => expect.poll(() => page.evaluate(script), { message: scene });
      await found('document.documentElement.scrollWidth').toBe(width);
      await found(tooWide('.figure, .section-head, .panel-head, .facts')).toEqual([]);
      await found(tooWide('.letters td')).toEqual([]);
      if (width === DESK.viewport.width) await found(tooWide('.wide')).toEqual([]);
      expect(await findAccessibilityProblems(page), scene).toEqual([]);
      if (pictures !== undefined)
        await page.screenshot({ path: `${pictures}/${scene}-${screen}.png`, fullPage: true });
    }
    expect(troubles).toEqual([]);
  });

  it('says what waits while no partition is read yet', async () => {
    const { page } = await show(starting);
    expect(await page.locator('.state').innerText()).toContain('not reading yet, 6 waiting');
    const tiles = await page.locator('.figures').innerText();
    expect(tiles).toContain('all in files');
    expect(tiles).not.toContain('no trigger');
  });

  it('keeps the charts when a consumer that has no history answers in place of a killed one', async () => {
    const { page, restart } = await show(twoHundred);
    await restart(starting.events, starting.answers);
    await page.locator('.state[data-state="starting"]').waitFor();
    const chart = await page.locator('.canvas').first().boundingBox();
    if (chart === null) throw new Error('there is no chart');
    await page.mouse.move(chart.x + 0.7 * chart.width, chart.y + chart.height / 2);
    const reading = page.locator('.chart .reading').first();
    await expect.poll(() => reading.innerText()).toMatch(/^\d\d:\d\d:\d\d\s*1\s+per second$/);
  });

  it('tells numbers of this consumer from those of all, and why numbers of batches repeat', async () => {
    const { page, tell } = await show(millions);
    expect(await page.locator('.charts h3').innerText()).toMatch(
      /its 2 of 3 partitions; .* of all consumers/,
    );
    expect(await page.locator('#batches-heading').innerText()).toContain('each of which numbers its own');
    tell(twoHundred.events);
    await expect.poll(() => page.locator('.scope').count()).toBe(0);
  });

  it('shows which dead letters were sent back, and is amber only for the others', async () => {
    const { page, tell } = await show(twoHundred);
    await page.locator('.letters tbody tr').first().waitFor();
    expect(await page.locator('.letters tbody tr', { hasText: '2:70' }).innerText()).toContain(
      'sent back to 2:75',
    );
    const tile = page.locator('.figure', { hasText: 'Dead letters' });
    expect(await tile.innerText()).toContain('1 sent back');
    expect(await tile.getAttribute('data-tone')).toBe('warn');
    const { figures } = twoHundred.events;
    if (figures === undefined) throw new Error('the scene has no figures');
    tell({ figures: { ...figures, sentBackDeadLetters: 3 } });
    await expect.poll(() => tile.innerText()).toContain('all sent back');
    expect(await tile.getAttribute('data-tone')).toBeNull();
  });

  it('says below the partitions what the table holds, and what merges small files; nothing where there is no table', async () => {
    const { page, tell } = await show(twoHundred);
    const line = page.locator('#partitions .table-line');
    expect(await line.innerText()).toBe(
      'Delta Lake table: version 4, 1,012 files, 3.4\u00a0MB; 1,011 of them are small: tickets optimize merges them',
    );
    tell(empty.events);
    await expect.poll(() => line.count()).toBe(0);
  });

  it('sums dead letters up by reason, and finds those of one', async () => {
    const { page } = await show(twoHundred);
    const reasons = page.locator('.reasons li');
    await reasons.first().waitFor();
    expect(await reasons.allInnerTexts()).toEqual([
      expect.stringMatching(/^2 type: expected one of TECHNICAL/),
      '1 tombstone',
    ]);
    await reasons.nth(1).getByRole('button').click();
    await expect.poll(() => page.getByLabel('Reason', { exact: true }).inputValue()).toBe('tombstone');
  });

  it('cuts long texts, and shows them whole when they are opened with the keyboard', async () => {
    const { page } = await show(twoHundred);
    const long = page.locator('.letters .long');
    await long.waitFor();
    expect((await long.innerText()).length).toBeLessThan(200);
    await long.locator('summary').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => long.innerText()).toContain(LONG_REASON);
  });

  it('lists settings that were changed first, with what they are by default', async () => {
    const { page } = await show(empty);
    const [first] = await page.locator('.settings tbody tr').allInnerTexts();
    expect(first).toMatch(/^TRIGGER[\s\S]*5 seconds\s+default 1 second$/);
  });

  it('keeps the batch that is open when newer ones push it out of the latest', async () => {
    const { page, tell } = await show(twoHundred);
    await page.locator('.toggle', { hasText: '100' }).click();
    tell({ batches: { items: [madeBatch(201), madeBatch(200)], next: null, problem: null } });
    const shownIds = page.locator('.toggle');
    await page.getByRole('button', { name: '2 new batches' }).click();
    await expect.poll(() => shownIds.count()).toBe(3);
    await expect.poll(() => page.locator('.toggle[aria-expanded="true"]').innerText()).toContain('100');
  });

  it('keeps each batch that it showed once older ones were asked for', async () => {
    const batch = (id: number) => madeBatch(id, { countedAt: new Date(id * 1_000).toISOString() });
    const older = { items: [batch(98)], next: null, problem: null };
    const { page, tell } = await show({
      ...twoHundred,
      answers: { ...twoHundred.answers, olderBatches: older },
    });
    const toggles = page.locator('.toggle');
    const shown = async () =>
      (await toggles.allInnerTexts()).map((text) => Number(text.replaceAll(/\D/g, '')));
    const latest = (...ids: number[]): void =>
      tell({ batches: { items: ids.map(batch), next: 'older', problem: null } });
    latest(100, 99);
    await page.getByRole('button', { name: 'Show older batches' }).click();
    await page.mouse.move(0, 0); // the list has grown below the pointer, which would hold it
    await expect.poll(shown).toEqual([100, 99, 98]);
    latest(102, 101);
    await expect.poll(shown).toEqual([102, 101, 100, 99, 98]);
    latest(104, 103);
    await expect.poll(shown).toEqual([104, 103, 102, 101, 100, 99, 98]);
  });

  it('says the numbers of an hour in words, and of the one that the keyboard or the pointer chooses', async () => {
    const { page } = await show(twoHundred);
    const [first] = twoHundred.events.windows?.tables[0]?.windows ?? [];
    const [start, end] = [hourOf(first?.start), hourOf(first?.end)];
    const reading = page.locator('.windows .reading');
    expect(await reading.innerText()).toMatch(
      /, open\. Technical \d+, Billing \d+, Account \d+, General \d+$/,
    );
    const slider = page.getByRole('slider', { name: 'Tickets per hour, by type' });
    await slider.focus();
    await page.keyboard.press('Home');
    const words = new RegExp(`${start}–${end}: 40 tickets, final\\. Technical 16`);
    await expect.poll(() => reading.innerText()).toMatch(words);
    expect(await slider.getAttribute('aria-valuetext')).toMatch(words);
    await page.locator('.columns li').nth(1).hover();
    await expect.poll(() => reading.innerText()).toContain(`${end}–`);
  });

  it('stripes the hours that may still grow, and says how many tickets came too late for theirs', async () => {
    const { page, tell } = await show(twoHundred);
    const pictured = (hour: number): Promise<string> =>
      page.evaluate(
        `getComputedStyle(document.querySelectorAll('.columns li')[${hour}].querySelector('.stack > span')).backgroundImage`,
      );
    expect([await pictured(2), await pictured(3)]).toEqual(['none', expect.stringContaining('gradient')]);
    const late = page.locator('.windows .late');
    expect(await late.innerText()).toMatch(
      /^3 late\s+came after their hour was closed: in the counts, in no hour$/,
    );
    tell({ windows: madeWindows(5, 40) });
    await expect.poll(() => late.innerText()).toMatch(/^0 late\s+none came/);
    expect(await late.getAttribute('data-tone')).toBeNull();
  });

  it('shows no hours of a query that declares none, and names of any kind as they are', async () => {
    const { page, tell } = await show(twoHundred);
    const kinds = ['<img src=x onerror=alert(1)>', '\u202eright to left', '__proto__', ''];
    tell({ windows: madeWindows(5, 40, { kinds }) });
    const names = page.locator('.windows .legend li');
    await expect.poll(() => names.first().innerText()).toBe(kinds[0]);
    expect(await names.count()).toBe(kinds.length + 1);
    tell({ windows: { tables: [], problem: null } });
    await expect.poll(() => page.locator('.windows').count()).toBe(0);
  });

  it('links to the other pages of the pipeline, within reach of the keyboard', async () => {
    const { page } = await show(empty);
    const link = page.getByRole('link', { name: 'Redpanda Console' });
    expect(await link.getAttribute('href')).toBe('http://localhost:8080/topics/client_tickets');
    await page.getByRole('link', { name: 'Settings' }).focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Redpanda Console');
  });

  it('keeps the chevron beside a number of five digits on a phone', async () => {
    const { page } = await show(millions, 320);
    const box = await page.locator('.toggle', { hasText: '10119' }).first().boundingBox();
    expect(box?.height).toBeLessThan(32);
  });

  it('shows the lag on the line of the other numbers', async () => {
    const { page } = await show(twoHundred);
    const bottoms = await page.evaluate<readonly number[]>(`(() => {
      const row = document.querySelector('.partitions tbody tr');
      const texts = [row.querySelector('.lag'), row.querySelectorAll('td.number')[2]].map((each) => each.lastChild);
      return texts.map((text) => {
        const range = document.createRange();
        range.selectNodeContents(text);
        return range.getBoundingClientRect().bottom;
      });
    })()`);
    expect(Math.abs((bottoms[0] ?? 0) - (bottoms[1] ?? Infinity))).toBeLessThan(1);
  });
});
