import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dealOut } from '../src/subscribed-assigner.ts';

const topic = fc.constantFrom('tickets', 'orders', 'clicks');
const member = fc.record({ memberId: fc.string({ minLength: 1 }), topics: fc.uniqueArray(topic) });
const members = fc.uniqueArray(member, { selector: ({ memberId }) => memberId, maxLength: 5 });
const topics = fc
  .dictionary(topic, fc.nat(7))
  .map((sizes) => new Map(Object.entries(sizes).map(([name, size]) => [name, [...Array(size).keys()]])));

test('each partition goes to one member that reads its topic, if there is one, and shares differ by one at most', () => {
  fc.assert(
    fc.property(members, topics, (group, all) => {
      const assigned = dealOut(group, all);
      for (const [name, partitions] of all) {
        const readers = group.filter((each) => each.topics.some((own) => own === name));
        const shares = readers.map(({ memberId }) => assigned.get(memberId)?.get(name) ?? []);
        expect(shares.flat().toSorted((a, b) => a - b)).toEqual(readers.length === 0 ? [] : partitions);
        const sizes = shares.map(({ length }) => length);
        expect(Math.max(0, ...sizes) - Math.min(...sizes, Infinity)).toBeLessThan(2);
      }
      for (const { memberId, topics: own } of group)
        expect(own).toEqual(expect.arrayContaining([...(assigned.get(memberId)?.keys() ?? [])]));
    }),
  );
});

test('the order in which the broker names the members makes no difference', () => {
  fc.assert(
    fc.property(members, topics, (group, all) => {
      expect(dealOut(group.toReversed(), all)).toEqual(dealOut(group, all));
    }),
  );
});
