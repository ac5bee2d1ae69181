import { expect, it } from 'vitest';
import { groupByReason } from '../web/src/format/reasons.ts';

it('groups dead letters by their reason, whatever was found', () => {
  expect(
    groupByReason([
      'type: expected one of LOW, HIGH, found "a; b, found c"',
      'tombstone',
      'type: expected one of LOW, HIGH, found 7',
      'type: expected one of LOW, HIGH, found null; client_id: expected text, found ""',
    ]),
  ).toEqual([
    { reason: 'type: expected one of LOW, HIGH', count: 2, search: 'type: expected one of LOW, HIGH' },
    { reason: 'tombstone', count: 1, search: 'tombstone' },
    {
      reason: 'type: expected one of LOW, HIGH; client_id: expected text',
      count: 1,
      search: 'type: expected one of LOW, HIGH',
    },
  ]);
});
