import { expect, test } from 'vitest';
import { describeUnread, fetchOwners, withOwner } from '../../src/query/unread-partitions.ts';
import { MemoryLog } from '@client-tickets/micro-batch/testing';

const unread = { partition: 2, offset: 3n, target: 5n };

test('an unread partition is described with who has it, that none has it, or that this is not known', () => {
  expect(describeUnread(withOwner(unread, new Map([[2, 'console']])))).toBe(
    'partition 2 at offset 3 of 5 (the group has given it to console)',
  );
  expect(describeUnread(withOwner(unread, new Map([[1, 'console']])))).toBe(
    'partition 2 at offset 3 of 5 (no consumer reads it)',
  );
  expect(describeUnread(withOwner(unread, undefined))).toBe(
    'partition 2 at offset 3 of 5 (no owner is known)',
  );
});

test('owners that cannot be had are not known', async () => {
  const source = new MemoryLog('letters', 1).createSource();
  const silent = { ...source, fetchOwners: () => Promise.reject(new Error('no answer')) };
  expect(await fetchOwners(silent)).toBeUndefined();
});
