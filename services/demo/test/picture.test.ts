import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { drawPicture } from '../src/picture.ts';

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
