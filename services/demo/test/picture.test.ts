import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { drawBatch, drawPicture } from '../src/picture.ts';

const batches = Array.from({ length: 8 }, (_, batchId) => ({
  batchId,
  tickets: 25,
  deadLetters: 0,
  milliseconds: 30,
}));

test('the picture shows the producer, the latest batches and the counts', () => {
  const picture = drawPicture({
    produced: 100,
    wanted: 200,
    counts: { TECHNICAL: 40, BILLING: 10 },
    batches,
  });
  expect(stripVTControlCharacters(picture)).toMatchInlineSnapshot(`
    "producer  ██████████████████░░░░░░░░░░░░░░░░░░ 100 of 200 tickets

    micro-batches
      batch   2    25 tickets  30 ms
      batch   3    25 tickets  30 ms
      batch   4    25 tickets  30 ms
      batch   5    25 tickets  30 ms
      batch   6    25 tickets  30 ms
      batch   7    25 tickets  30 ms

    tickets by type
      BILLING    █████████░░░░░░░░░░░░░░░░░░░░░░░░░░░ 10
      TECHNICAL  ████████████████████████████████████ 40
      total      50"
  `);
});

test('it can be drawn before anything has happened', () => {
  expect(drawPicture({ produced: 0, wanted: 200, counts: {}, batches: [] })).toContain('0 of 200 tickets');
});

test('one ticket and one dead letter are not called several', () => {
  const [batch = { batchId: 0, tickets: 0, deadLetters: 0, milliseconds: 0 }] = batches;
  expect(drawBatch({ ...batch, tickets: 1, deadLetters: 1 })).toBe(
    '  batch   0     1 ticket, 1 dead letter  30 ms',
  );
  expect(drawBatch({ ...batch, tickets: 1 })).toBe('  batch   0     1 ticket   30 ms');
  expect(drawBatch({ ...batch, tickets: 2, deadLetters: 2 })).toBe(
    '  batch   0     2 tickets, 2 dead letters  30 ms',
  );
});
