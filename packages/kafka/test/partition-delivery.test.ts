import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PartitionDelivery } from '../src/partition-delivery.ts';

describe('the delivery of partitions', () => {
  test('an assignment drops everything until the next seek, also for partitions that stay', () => {
    const delivery = new PartitionDelivery();
    delivery.assign([0, 1]);
    expect(delivery.accept(0, 0n, 5n)).toBe(false);
    expect(delivery.seek(0, 3n)).toBe(true);
    expect(delivery.accept(0, 3n, 5n)).toBe(true);
    delivery.assign([0]);
    expect(delivery.accept(0, 5n, 8n)).toBe(false);
    expect(delivery.position(0)).toBeUndefined();
    expect(delivery.owns(1)).toBe(false);
    expect(delivery.seek(1, 0n)).toBe(false);
    expect(delivery.accept(1, 0n, 5n)).toBe(false);
  });

  test('a batch from elsewhere is counted as misplaced and moves nothing', () => {
    const delivery = new PartitionDelivery();
    delivery.assign([0]);
    delivery.seek(0, 10n);
    expect(delivery.accept(0, 20n, 25n)).toBe(false);
    expect(delivery.missed(0)).toBe(1);
    expect(delivery.accept(0, 5n, 10n)).toBe(false);
    expect(delivery.missed(0)).toBe(2);
    expect(delivery.accept(0, 10n, 12n)).toBe(true);
    expect(delivery.accept(0, 10n, 12n)).toBe(false);
    expect(delivery.missed(0)).toBe(1);
  });

  test('a seek ends a pause; partitions that wait for one cannot be paused or resumed', () => {
    const delivery = new PartitionDelivery();
    delivery.assign([0]);
    expect(delivery.setPaused(0, false)).toBe(false);
    delivery.seek(0, 0n);
    expect(delivery.setPaused(0, true)).toBe(true);
    expect(delivery.isPaused(0)).toBe(true);
    delivery.seek(0, 0n);
    expect(delivery.isPaused(0)).toBe(false);
  });

  // The world delivers any batch at any time; what is passed on must be one unbroken line from each seek on.
  test('whatever arrives, what is delivered after a seek has no hole and no repetition', () => {
    const offset = fc.bigInt({ min: 0n, max: 12n });
    const event = fc.oneof(
      fc.record({ kind: fc.constant('seek' as const), to: offset }),
      fc.record({ kind: fc.constant('assign' as const) }),
      fc.record({
        kind: fc.constant('batch' as const),
        from: offset,
        length: fc.bigInt({ min: 1n, max: 4n }),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const delivery = new PartitionDelivery();
        delivery.assign([0]);
        let expected: bigint | undefined;
        for (const each of events) {
          if (each.kind === 'seek') {
            delivery.seek(0, each.to);
            expected = each.to;
          } else if (each.kind === 'assign') {
            delivery.assign([0]);
            expected = undefined;
          } else {
            const isDelivered = delivery.accept(0, each.from, each.from + each.length);
            expect(isDelivered).toBe(each.from === expected);
            if (isDelivered) expected = each.from + each.length;
          }
        }
      }),
    );
  });
});
