import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../peers/produce_tickets.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.info('bench: there is no python3, skipping the tests of its tickets');

/** The messages of a form, and what the script says that they count. */
function produce(form: string, count = 300) {
  const { stdout, stderr } = spawnSync('python3', [SCRIPT, '-', 'topic', String(count), form, 'show'], {
    encoding: 'utf8',
  });
  const messages = stderr.trim().split('\n');
  const tickets = messages.map((message) => JSON.parse(message) as Record<string, string>);
  return { messages, tickets, counts: JSON.parse(stdout) as Record<string, number> };
}

describe.skipIf(!hasPython)('tickets that Python writes', () => {
  test.each(['sorted', 'own', 'mixed'])(
    '%s are the same ones as in the form python, spelled otherwise',
    (form) => {
      const expected = produce('python');
      const found = produce(form);
      const same = ({ created_at = '', ...ticket }: Record<string, string>) => ({
        ...ticket,
        at: Date.parse(created_at),
      });
      expect(found.tickets.map(same)).toEqual(expected.tickets.map(same));
      expect(found.counts).toEqual(expected.counts);
      expect(found.messages).not.toEqual(expected.messages);
    },
  );

  test('python are as json.dumps writes them: blanks, escapes, microseconds and a zone', () => {
    const [message] = produce('python').messages;
    expect(message).toMatch(
      /^\{"ticket_id": "TCK-00001", .*T\d\d:\d\d:\d\d\.\d{6}\+00:00".*\\u00e9|\\u00e8|\\u00e0/,
    );
  });

  test('extra-field have one field more', () => {
    expect(produce('extra-field').tickets.every((ticket) => Object.keys(ticket).length === 7)).toBe(true);
  });

  test('disorder are the same ones, of which some were sent up to three days late', () => {
    const expected = produce('python', 2_000).tickets;
    const { tickets } = produce('disorder', 2_000);
    const lateSeconds = tickets.map(
      ({ created_at = '' }, index) =>
        (Date.parse(expected[index]?.['created_at'] ?? '') - Date.parse(created_at)) / 1000,
    );
    const share = (from: number, to: number): number =>
      lateSeconds.filter((late) => late > from && late <= to).length / lateSeconds.length;
    expect(share(-1, 0)).toBeCloseTo(0.7, 1);
    expect(share(0, 600)).toBeCloseTo(0.25, 1);
    expect(share(10_800, 259_200)).toBeGreaterThan(0.002);
    expect(share(259_200, Infinity)).toBe(0);
    const others = (all: typeof tickets) => all.map((ticket) => ({ ...ticket, created_at: undefined }));
    expect(others(tickets)).toEqual(others(expected));
  });

  test('large are of about 1.2 kB', () => {
    const lengths = produce('large').messages.map((message) => message.length);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(mean).toBeGreaterThan(1_100);
    expect(mean).toBeLessThan(1_300);
  });

  test('are counted by type', () => {
    const { tickets, counts } = produce('mixed');
    for (const [type, count] of Object.entries(counts))
      expect(tickets.filter((ticket) => ticket['type'] === type)).toHaveLength(count);
  });
});
