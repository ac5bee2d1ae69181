import { expect, it } from 'vitest';
import { figuresSchema, type Figures } from '../src/api/index.ts';
import { createUiPipeline, type UiPipeline } from './ui-pipeline.ts';

const EVERY_MS = 500; // much longer than a batch in memory takes

function start(
  maxOffsetsPerTrigger: number,
  tickets: number,
): UiPipeline & { readonly stop: () => Promise<void> } {
  const pipeline = createUiPipeline({
    trigger: { kind: 'interval', everyMs: EVERY_MS },
    maxOffsetsPerTrigger,
  });
  pipeline.addTickets(tickets);
  const query = pipeline.startQuery();
  return { ...pipeline, stop: () => query.stop({ budgetMs: 1_000 }) };
}

async function figuresOf({ get }: UiPipeline): Promise<Figures> {
  return figuresSchema.parse((await get('/api/v1/figures')).body);
}

it('the figures say that a trigger takes too little, while records wait for that reason alone', async () => {
  const pipeline = start(10, 5_000);
  await expect
    .poll(async () => (await figuresOf(pipeline)).limit)
    .toEqual({ recordsPerTrigger: 10, recordsPerSecond: 10_000 / EVERY_MS });
  await pipeline.stop();
});

it('the figures say nothing of a limit that nothing waits for', async () => {
  const pipeline = start(10, 40);
  await expect.poll(async () => (await figuresOf(pipeline)).rows).toBe(40);
  expect((await figuresOf(pipeline)).limit).toBeNull();
  await pipeline.stop();
});
