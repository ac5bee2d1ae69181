import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createMemoryObjectStore,
  createRandom,
  ManualClock,
  MemoryObjects,
  SimulatedHost,
  Simulation,
} from '@client-tickets/micro-batch/testing';
import { DROPPED_KEY, isDropped, noteDroppedJson, readDroppedJson } from '../src/index.ts';

const scenarios = fc.record({
  seed: fc.integer(),
  error: fc.constantFrom(0, 0.1, 0.4),
  drops: fc.array(
    fc.array(
      fc.record({ partition: fc.nat(1), startOffset: fc.nat(40), size: fc.integer({ min: 1, max: 9 }) }),
      { minLength: 1, maxLength: 6 },
    ),
    { maxLength: 5 },
  ),
});

test('several processes may note what they drop at once: what was noted stays noted, and nothing else is', async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async ({ seed, error, drops }) => {
      const objects = new MemoryObjects();
      const simulation = new Simulation(createRandom(seed), new ManualClock());
      const wanted = drops.map((files) =>
        files.map(({ partition, startOffset, size }) => {
          return { partition, startOffset: BigInt(startOffset), endOffset: BigInt(startOffset + size) };
        }),
      );
      const done = { value: false };
      const noting = Promise.all(
        wanted.map(async (files) => {
          const host = new SimulatedHost(simulation, { crash: 0, error });
          const results = host.connect(createMemoryObjectStore('memory://results/', objects));
          return noteDroppedJson(results, files).then(
            () => true,
            () => false,
          );
        }),
      ).finally(() => (done.value = true));
      while (!done.value) await simulation.step();
      const noted = await noting;
      const dropped = await readDroppedJson(createMemoryObjectStore('memory://results/', objects));
      for (const partition of [0, 1]) {
        for (let offset = 0n; offset < 60n; offset += 1n) {
          const holds = (files: (typeof wanted)[number]): boolean =>
            files.some(
              (each) => each.partition === partition && each.startOffset <= offset && offset < each.endOffset,
            );
          const isNoted = isDropped(dropped, partition, offset);
          if (wanted.some((files, nth) => noted[nth] === true && holds(files))) expect(isNoted).toBe(true);
          if (!wanted.some(holds)) expect(isNoted).toBe(false);
        }
        const its = dropped.get(partition) ?? [];
        for (const [at, { startOffset }] of its.entries())
          if (at > 0) expect(startOffset).toBeGreaterThan(its[at - 1]?.endOffset ?? 0n);
      }
    }),
    { numRuns: 40 },
  );
});

test('offsets that no number holds are kept, and a record that is none is named', async () => {
  const objects = new MemoryObjects();
  const results = createMemoryObjectStore('memory://results/', objects);
  await noteDroppedJson(results, [{ partition: 7, startOffset: 2n ** 62n + 1n, endOffset: 2n ** 62n + 3n }]);
  const dropped = await readDroppedJson(results);
  const offsets = [2n ** 62n, 2n ** 62n + 1n, 2n ** 62n + 2n, 2n ** 62n + 3n];
  expect(offsets.map((offset) => isDropped(dropped, 7, offset))).toEqual([false, true, true, false]);
  objects.write(DROPPED_KEY, '{"version":2,"partitions":{}}');
  await expect(noteDroppedJson(results, [])).rejects.toThrow(`${DROPPED_KEY} can't be read`);
});
