import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BatchHandler,
  type ObjectStore,
  silentLogger,
  StreamingQuery,
  type StreamingQueryOptions,
  systemClock,
} from '@client-tickets/micro-batch';
import { createMemoryObjectStore } from '@client-tickets/micro-batch/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createEmbeddedSource, openLogWriter, type LogWriter } from '../src/index.ts';
import { temporaryFolder, text, topic } from './support.ts';

/** Writes the values of each batch, one a line. */
const listValues: BatchHandler<null> = {
  version: '1',
  settings: {},
  initialState: null,
  parseState: () => null,
  fileKeys: ({ partition, startOffset }) => [`${partition}/${startOffset}`],
  partitionPrefixes: (partition) => [`${partition}/`],
  openFiles: ({ topic, partition, startOffset, beginUpload }) => {
    const values: string[] = [];
    return {
      bytes: 0,
      async add({ records }) {
        values.push(...[...records].map(({ value }) => text(value) ?? ''));
        return { state: null, rows: records.length, deadLetters: 0, observations: {} };
      },
      async finish(endOffset) {
        const [key = ''] = listValues.fileKeys({ topic, partition, startOffset, endOffset });
        const body = Buffer.from(values.join('\n'));
        const upload = beginUpload({ contentType: 'text/plain' });
        await upload.write(body);
        await upload.complete(key);
        return { files: [{ key, size: body.length }], rows: values.length, deadLetters: 0, state: null };
      },
      abort: async () => {},
    };
  },
};

async function prepare() {
  const directory = await temporaryFolder();
  const writer = await openLogWriter({ directory, topic, partitions: 3 });
  onTestFinished(() => writer.close());
  const checkpoints = createMemoryObjectStore('memory://checkpoints/');
  const results = createMemoryObjectStore('memory://results/');
  const start = (options: Partial<StreamingQueryOptions<null>> = {}) => {
    const query = StreamingQuery.start<null>({
      name: 'values',
      source: createEmbeddedSource({ directory, topic, clock: systemClock, pollMs: 5 }),
      handler: listValues,
      publisher: { publish: async () => {} },
      checkpoints,
      results,
      trigger: { kind: 'availableNow' },
      clock: systemClock,
      logger: silentLogger,
      newId: randomUUID,
      truncationWaitMs: 0,
      ...options,
    });
    onTestFinished(() => query.stop({ budgetMs: 1_000 }));
    return query;
  };
  return { directory, writer, results, start };
}

const append = (writer: LogWriter, from: number, to: number) =>
  writer.append(
    Array.from({ length: to - from }, (_, index) => ({
      key: `CL-${100 + index}`,
      value: `${from + index}`,
      timestamp: 0,
    })),
  );

async function valuesIn(results: ObjectStore): Promise<readonly number[]> {
  const values: number[] = [];
  for await (const { key } of results.list('')) {
    if (!/^\d/.test(key)) continue;
    values.push(
      ...(text((await results.get(key))?.body ?? null)
        ?.split('\n')
        .map(Number) ?? []),
    );
  }
  return values.sort((a, b) => a - b);
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

test('each record is processed once, by two consumers at once and across restarts', async () => {
  const { writer, results, start } = await prepare();
  await append(writer, 0, 100);
  const options = { trigger: { kind: 'interval', everyMs: 5 }, maxOffsetsPerTrigger: 30 } as const;
  const first = start(options);
  const second = start(options);
  for (let from = 100; from < 500; from += 40) await append(writer, from, from + 40);
  await first.stop({ budgetMs: 5_000 });
  await second.stop({ budgetMs: 5_000 });
  await append(writer, 500, 600);
  await start().finished;
  expect(await valuesIn(results)).toEqual(upTo(600));
});

test('records that retention took before they were read stop the query', async () => {
  const { writer, start } = await prepare();
  await append(writer, 0, 100);
  await start().finished;
  const places = await append(writer, 100, 200);
  const last = places.findLast(({ partition }) => partition === 0);
  await writer.truncateBefore(0, last?.offset ?? 0n);
  await expect(start().finished).rejects.toThrow(/partition 0/);
});

test('a log in the place of the former one is known by its id where it has no record to compare', async () => {
  const { directory, writer, results, start } = await prepare();
  await append(writer, 0, 100);
  await start().finished;
  await writer.close();
  await rm(join(directory, topic), { recursive: true });
  const next = await openLogWriter({ directory, topic, partitions: 3 });
  onTestFinished(() => next.close());
  const places = await append(next, 100, 300);
  for (const partition of [0, 1, 2]) {
    const { offset = 0n } = places.findLast((place) => place.partition === partition) ?? {};
    await next.truncateBefore(partition, offset); // far behind what was read
  }
  await append(next, 300, 400);
  await expect(start().finished).rejects.toThrow(/the log holds other records here/);
  expect(await valuesIn(results)).toEqual(upTo(100));
});
