import { openJournal, RequeueJournal } from '@client-tickets/results';
import { expect, it } from 'vitest';
import { createUiPipeline } from './ui-pipeline.ts';

it('dead letters that were sent back say where to, and are counted, in the list and in the figures', async () => {
  const pipeline = createUiPipeline();
  pipeline.addRaw(2, 'no ticket');
  pipeline.addRaw(2, null);
  await pipeline.startQuery().finished;
  const found = await openJournal(pipeline.checkpoints, pipeline.log.topic);
  if (found === undefined) throw new Error('there is no query');
  const journal = await RequeueJournal.open(pipeline.checkpoints, pipeline.log.topic, found.identity.id);
  const record = { requeueId: 'one', origin: { partition: 2, offset: 1n }, key: null, value: null };
  const planned = await journal.plan({
    from: new Map([[2, 2n]]),
    records: [{ ...record, sentTo: null }],
    at: '2026-11-22T09:30:00.000Z',
  });
  const letters = async () => (await pipeline.get('/api/v1/dead-letters')).body;
  expect(await letters()).toMatchObject({
    items: [
      { offset: '1', sentBackTo: null },
      { offset: '0', sentBackTo: null },
    ],
  });

  await journal.settle({
    ...planned,
    status: 'sent',
    records: [{ ...record, sentTo: { partition: 2, offset: 7n } }],
  });
  await expect.poll(letters).toMatchObject({ items: [{ sentBackTo: '2:7' }, { sentBackTo: null }] });
  expect((await pipeline.get('/api/v1/figures')).body).toMatchObject({
    deadLetters: 2,
    sentBackDeadLetters: 1,
  });
  expect((await pipeline.get('/api/v1/partitions')).body).toMatchObject({
    items: [{ sentBackDeadLetters: 0 }, { sentBackDeadLetters: 0 }, { sentBackDeadLetters: 1 }],
  });
});
