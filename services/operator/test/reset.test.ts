import { describe, expect, test } from 'vitest';
import { openQuery, type ObjectStore } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, interceptStore } from '@client-tickets/micro-batch/testing';
import { parseLocation } from '@client-tickets/object-store';
import { createQueryHandler } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { findActiveConsumers } from '../src/reset/active-consumers.ts';
import { deleteQuery } from '../src/reset/delete-query.ts';
import { surveyReset, type ResetSurvey } from '../src/reset/reset-survey.ts';
import { startHistory, TOPIC, type History } from './support/history.ts';

async function finished(): Promise<History> {
  const history = startHistory({
    seed: 5,
    records: 9,
    partitions: 2,
    maxOffsetsPerTrigger: 5,
  });
  await history.end();
  history.checkpoints.write(`${TOPIC}/requeue/00000000.json`, '{}');
  history.checkpoints.write('other_topic/query.json', '{}');
  history.results.write('notes.txt', 'mine');
  return history;
}

const reset = (
  history: History,
  results = history.resultsStore,
  checkpoints = history.checkpointStore,
): Promise<void> => deleteQuery(ticketQuery, { results, checkpoints }, TOPIC, () => undefined);

const survey = (history: History, checkpoints = history.checkpointStore): Promise<ResetSurvey> =>
  surveyReset(ticketQuery, { results: history.resultsStore, checkpoints }, TOPIC);

function openAgain({ resultsStore, checkpointStore }: History): Promise<unknown> {
  const { version, settings } = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });
  return openQuery(checkpointStore, resultsStore, {
    topic: TOPIC,
    handlerVersion: version,
    settings,
    create: () => Promise.resolve({ id: 'new', startingOffsets: new Map(), createdAt: 'now' }),
  });
}

describe('a reset', () => {
  test('deletes all that the query has written and nothing else', async () => {
    const history = await finished();
    const found = await survey(history);
    expect(found.unexpected).toEqual({ first: ['notes.txt'], count: 1 });
    expect(found.checkpoints.objects).toBe(history.checkpoints.objects.size - 1);
    expect(found.results.objects).toBe(history.results.objects.size - 1);
    await reset(history);
    expect(history.results.keys()).toEqual(['notes.txt']);
    expect(history.checkpoints.keys()).toEqual(['other_topic/query.json']);
  });

  test('that is killed at any point lets no consumer start, and is ended by another one', async () => {
    const deletions = await countDeletions();
    for (let killedAt = 1; killedAt < deletions; killedAt += 1) {
      const history = await finished();
      history.results.objects.delete('notes.txt');
      let count = 0;
      const kill = <T>({ operation }: { readonly operation: string }, send: () => Promise<T>): Promise<T> => {
        if (operation !== 'delete') return send();
        count += 1;
        return count > killedAt ? Promise.reject(new Error('killed')) : send();
      };
      const results = interceptStore(history.resultsStore, kill);
      const checkpoints = interceptStore(history.checkpointStore, kill);
      await expect(reset(history, results, checkpoints)).rejects.toThrow('killed');
      await expect(openAgain(history)).rejects.toThrow('holds no query of this topic');
      await survey(history);
      await reset(history);
      expect(history.results.objects.size).toBe(0);
      await expect(openAgain(history)).resolves.toMatchObject({ id: 'new' });
    }
  });

  test('does not touch the results of another query', async () => {
    const history = await finished();
    const elsewhere = createMemoryObjectStore('memory://elsewhere/');
    await expect(survey(history, elsewhere)).rejects.toThrow('belong to query');
  });

  test('may be the answer to a checkpoint that cannot be read', async () => {
    const history = await finished();
    history.checkpoints.write(`${TOPIC}/query.json`, '{');
    await expect(survey(history)).resolves.toMatchObject({
      checkpoints: { objects: history.checkpoints.objects.size - 1 },
    });
  });

  async function countDeletions(): Promise<number> {
    const history = await finished();
    let count = 0;
    const counting = (store: ObjectStore): ObjectStore =>
      interceptStore(store, ({ operation }, send) => {
        if (operation === 'delete') count += 1;
        return send();
      });
    await reset(history, counting(history.resultsStore), counting(history.checkpointStore));
    return count;
  }
});

describe('whether consumers are at work', () => {
  const s3 = parseLocation('s3://bucket/results/');
  const folder = parseLocation('/tmp/results');
  const group = (answer: () => Promise<readonly { clientId: string; host: string }[]>) => ({
    listGroupMembers: answer,
  });

  test('is what the group says, and who they are', async () => {
    const busy = group(() => Promise.resolve([{ clientId: 'client-tickets', host: '10.0.0.1' }]));
    expect(await findActiveConsumers([s3, s3], busy, 'g')).toContain('client-tickets on 10.0.0.1');
    expect(
      await findActiveConsumers(
        [s3, folder],
        group(() => Promise.resolve([])),
        'g',
      ),
    ).toBeUndefined();
  });

  test('is not assumed to be no when the brokers do not answer', async () => {
    const away = group(() => Promise.reject(new Error('connection refused')));
    expect(await findActiveConsumers([s3, folder], away, 'g')).toContain('connection refused');
  });

  test('is left to the lock of folders', async () => {
    const away = group(() => Promise.reject(new Error('connection refused')));
    expect(await findActiveConsumers([folder, folder], away, 'g')).toBeUndefined();
  });
});
