import { findAccessibilityProblems, hasChromium } from '@client-tickets/testkit/browser';
import { describe, expect, it } from 'vitest';
import type { Batches } from '../../src/api/index.ts';
import { madeBatch, madeBatchDetail } from './made-events.ts';
import { twoHundred } from './made-scenes.ts';
import { DESK, usePages, type ShownPage } from './shown-page.ts';

const PHONE = { viewport: { width: 320, height: 780 }, isMobile: true, hasTouch: true } as const;
const LATEST = 20;

describe.skipIf(!hasChromium)('the list of batches under its reader (needs a browser)', () => {
  const open = usePages();

  /** A page that has been told of the batches 1 to 30. */
  async function show(screen: Parameters<typeof open>[2] = DESK) {
    const answers = { ...twoHundred.answers, batch: madeBatchDetail('The printer is on fire.') };
    const shown = await open({ ...twoHundred.events, batches: batchesUpTo(30) }, answers, screen);
    await expect.poll(() => idsOf(shown)).toEqual(upTo(30));
    return shown;
  }

  /** As a consumer tells it: the latest twenty, and that there are older ones. */
  function batchesUpTo(last: number): Batches {
    const items = upTo(last).map((id) => madeBatch(id, { countedAt: new Date(id * 1_000).toISOString() }));
    return { items, next: 'older', problem: null };
  }
  const tellUpTo = ({ tell }: ShownPage, last: number): void => tell({ batches: batchesUpTo(last) });

  const upTo = (last: number, count = LATEST): readonly number[] =>
    Array.from({ length: count }, (_, index) => last - index);

  const idsOf = async ({ page }: ShownPage): Promise<readonly number[]> =>
    (await page.locator('.toggle').allInnerTexts()).map((text) => Number(text.replaceAll(/\D/g, '')));
  const offer = ({ page }: ShownPage, name: string) => page.getByRole('button', { name, exact: true });
  const placeOf = async ({ page }: ShownPage, id: number): Promise<number | undefined> =>
    (await page.locator('.toggle', { hasText: String(id) }).boundingBox())?.y;
  const focused = ({ page }: ShownPage): Promise<string> =>
    page.evaluate<string>('document.activeElement.textContent');

  it.each([
    ['on a desk', DESK],
    ['on a phone', PHONE],
  ])(
    'stays where it is while the pointer rests on it, and catches up once it has left: %s',
    async (_, screen) => {
      const shown = await show(screen);
      const { page } = shown;
      await page.locator('.toggle', { hasText: '27' }).scrollIntoViewIfNeeded();
      await page.mouse.move(0, 0);
      const before = await placeOf(shown, 27);
      await page.locator('.toggle', { hasText: '27' }).hover();
      tellUpTo(shown, 31);
      await offer(shown, '1 new batch').waitFor();
      tellUpTo(shown, 33);
      await offer(shown, '3 new batches').waitFor();
      expect(await idsOf(shown)).toEqual(upTo(30));
      expect(await placeOf(shown, 27)).toBe(before);
      await page.mouse.move(0, 0);
      await expect.poll(() => idsOf(shown)).toEqual(upTo(33));
      expect(await page.locator('.fresh').isVisible()).toBe(false);
    },
  );

  it('counts all that has come, also when it is more than a consumer tells of at a time', async () => {
    const shown = await show();
    await shown.page.locator('.toggle', { hasText: '27' }).hover();
    tellUpTo(shown, 45);
    await offer(shown, '15 new batches').waitFor();
    tellUpTo(shown, 60);
    await offer(shown, '30 new batches').waitFor();
    expect(await idsOf(shown)).toEqual(upTo(30));
  });

  it('waits for the keyboard, says so once, and goes on at the newest for who asks', async () => {
    const shown = await show();
    const { page } = shown;
    await page.keyboard.press('Tab'); // from here on the keyboard is what is used
    await page.locator('.toggle', { hasText: '29' }).focus();
    tellUpTo(shown, 31);
    await offer(shown, '1 new batch').waitFor();
    const said = page.locator('#batches [role="status"]');
    const first = await said.innerText();
    expect(first).toMatch(/waits while you are in it/);
    tellUpTo(shown, 32);
    await offer(shown, '2 new batches').waitFor();
    expect(await said.innerText()).toBe(first);
    expect(await focused(shown)).toBe('Batch 29');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await focused(shown)).toBe('2 new batches');
    expect(await idsOf(shown)).toEqual(upTo(30));
    await page.keyboard.press('Enter');
    await expect.poll(() => idsOf(shown)).toEqual(upTo(32));
    expect(await focused(shown)).toBe('Batch 32');
    await page.keyboard.press('Shift+Tab'); // out of the section
    tellUpTo(shown, 33);
    await expect.poll(() => idsOf(shown)).toEqual(upTo(33));
  });

  it('stays while a batch is open, whose details do not move, until the newest are asked for', async () => {
    const shown = await show();
    const { page } = shown;
    await page.locator('.toggle', { hasText: '28' }).click();
    await page.locator('.batch-details .records').waitFor();
    await page.mouse.move(0, 0);
    const before = await placeOf(shown, 28);
    tellUpTo(shown, 32);
    await offer(shown, '2 new batches').waitFor();
    expect(await placeOf(shown, 28)).toBe(before);
    expect(await findAccessibilityProblems(page)).toEqual([]);
    const pictures = process.env['PAGE_PICTURES'];
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/held-batches.png` });
    await offer(shown, '2 new batches').click();
    await expect.poll(() => idsOf(shown)).toEqual(upTo(32));
    expect(await focused(shown)).toBe('Batch 32');
    await page.locator('.toggle[aria-expanded="true"]', { hasText: '28' }).waitFor();
    await page.locator('.toggle', { hasText: '28' }).click();
    await page.mouse.move(0, 0);
    tellUpTo(shown, 33);
    await expect.poll(() => idsOf(shown)).toEqual(upTo(33));
  });
});
