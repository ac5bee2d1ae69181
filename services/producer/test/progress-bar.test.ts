import { ManualClock } from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { createProgressBar, type Production } from '../src/index.ts';

const ticketsByType = { TECHNICAL: 0, BILLING: 0, ACCOUNT: 0, GENERAL: 0 };
const after = (tickets: number, seconds: number): Production => ({ tickets, ticketsByType, seconds });

function prepare({ count, columns = 80 }: { readonly count: number; readonly columns?: number }) {
  const clock = new ManualClock();
  let screen = '';
  const bar = createProgressBar({ columns, write: (text) => (screen += text) }, clock, count);
  return { clock, bar, lines: () => screen.split('\r\u001b[2K').slice(1) };
}

test('the bar grows with the tickets and ends in a line of its own', () => {
  const { clock, bar, lines } = prepare({ count: 200 });
  bar.update(after(50, 50));
  clock.advance(1_000);
  bar.update(after(200, 200));
  bar.stop();
  bar.stop();
  expect(lines()).toEqual([
    `[${'='.repeat(10)}${'-'.repeat(30)}] 50/200 tickets, 1.0/s`,
    `[${'='.repeat(40)}] 200/200 tickets, 1.0/s`,
    `[${'='.repeat(40)}] 200/200 tickets, 1.0/s\n`,
  ]);
});

test('it is drawn ten times a second at most, and once more at the end', () => {
  const { clock, bar, lines } = prepare({ count: 0 });
  for (let tickets = 1; tickets <= 1_000; tickets++) {
    bar.update(after(tickets, tickets / 1_000));
    clock.advance(1);
  }
  bar.stop();
  expect(lines()).toHaveLength(11);
  expect(lines().at(-1)).toBe('1000 tickets, 1000.0/s\n');
});

test('it fits into a narrow terminal, where a second line could not be cleared', () => {
  const { bar, lines } = prepare({ count: 200, columns: 20 });
  bar.update(after(50, 50));
  expect(lines()[0]).toHaveLength(19);
});
