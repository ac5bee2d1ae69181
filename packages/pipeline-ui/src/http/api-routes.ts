import {
  offsetInLog,
  type CountedBatch,
  type ObjectStore,
  type OffsetRange,
  type StoredFiles,
} from '@client-tickets/micro-batch';
import { listMerged, type Declaration } from '@client-tickets/results';
import { z } from 'zod';
import {
  aboutSchema,
  batchDetailSchema,
  batchesSchema,
  countsSchema,
  deadLettersSchema,
  figuresSchema,
  historySchema,
  partitionsSchema,
  progressSchema,
  resultFileSchema,
  statusSchema,
  windowsSchema,
  type About,
  type BatchDetail,
  type DeadLetterView,
} from '../api/index.ts';
import { ApiError } from '../api/api-error.ts';
import { apiRoute, type ApiRoute } from './api-route.ts';
import { BATCH_CURSOR, pageOfBatches } from '../batches/batch-pages.ts';
import { readBatchRecords } from '../result-files/batch-records.ts';
import { DEAD_LETTER_CURSOR, readDeadLetterPage } from '../result-files/dead-letter-pages.ts';
import type { FileReads } from '../result-files/file-reads.ts';
import { readResultFile } from '../result-files/result-file.ts';
import type { PipelineView } from '../view/pipeline-view.ts';

const nothing = z.strictObject({});
const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const before = (form: RegExp) =>
  z
    .string()
    .max(4_000)
    .regex(form, 'expected the `next` of an earlier answer')
    .optional()
    .describe('the `next` of an earlier answer');
const number = z.coerce.number().int().min(0);

/** Everything under `/api/v1` but the event stream and the OpenAPI document. */
export function createApiRoutes(sources: {
  readonly view: PipelineView;
  readonly results: ObjectStore;
  readonly reads: FileReads;
  readonly about: About;
  readonly declaration: Declaration;
  readonly hasControl: boolean;
}): readonly ApiRoute[] {
  const { view, results, reads, about, declaration, hasControl } = sources;
  const withSentBack = (letter: DeadLetterView): DeadLetterView => ({
    ...letter,
    sentBackTo: view.sentBack.placeOf(letter),
  });
  const plain = { method: 'get', params: nothing, query: nothing, needsToken: false } as const;
  const routes = [
    apiRoute({
      ...plain,
      path: '/status',
      summary: 'What this consumer does now',
      answer: statusSchema,
      handle: () => view.status(),
    }),
    apiRoute({
      ...plain,
      path: '/figures',
      summary: 'Rates, lag and totals',
      answer: figuresSchema,
      handle: async () => {
        await view.refresh();
        return view.figures();
      },
    }),
    apiRoute({
      ...plain,
      path: '/history',
      summary: 'Rates, lag and batch duration of the last quarter of an hour, second by second',
      answer: historySchema,
      handle: () => view.history(),
    }),
    apiRoute({
      ...plain,
      path: '/progress',
      summary: "Triggers of this run in the shape of Spark's StreamingQueryProgress",
      query: z.strictObject({ limit: limit(100, 20) }),
      answer: progressSchema,
      handle: ({ query }) => view.progress(query.limit),
    }),
    apiRoute({
      ...plain,
      path: '/counts',
      summary: 'Records over the whole stream, by each thing that the query counts by',
      answer: countsSchema,
      handle: async () => {
        await view.refresh();
        const counts = view.counts();
        if (counts === undefined)
          throw new ApiError('unavailable', view.countsProblem ?? 'the counts have not been read yet');
        return counts;
      },
    }),
    apiRoute({
      ...plain,
      path: '/windows',
      summary:
        'Records by event time: the latest windows, which of them are final, and how many records came too late',
      answer: windowsSchema,
      handle: async () => {
        await view.refresh();
        const windows = view.windows();
        if (windows === undefined)
          throw new ApiError('unavailable', view.windowsProblem ?? 'the windows have not been read yet');
        return windows;
      },
    }),
    apiRoute({
      ...plain,
      path: '/partitions',
      summary: 'All partitions of the topic: owner, offsets and lag',
      answer: partitionsSchema,
      handle: async () => {
        await view.refresh();
        return view.partitions();
      },
    }),
    apiRoute({
      ...plain,
      path: '/batches',
      summary: 'Micro-batches of all partitions, newest first; the last 100 of each partition are known',
      query: z.strictObject({ limit: limit(200, 20), before: before(BATCH_CURSOR) }),
      answer: batchesSchema,
      handle: async ({ query }) => {
        await view.refresh();
        const { items, next } = pageOfBatches(view.batchRows(), { limit: query.limit, before: query.before });
        return { items: [...items], next, problem: view.partitions().problem };
      },
    }),
    apiRoute({
      ...plain,
      path: '/partitions/{partition}/batches/{batchId}',
      summary:
        'One batch of a partition and the files that hold it, with its first records before and after enrichment',
      params: z.strictObject({ partition: number, batchId: number }),
      query: z.strictObject({ records: limit(100, 10) }),
      answer: batchDetailSchema,
      handle: async ({ params, query }) => {
        await view.refresh({ isForLetters: true });
        const batch = findBatch(view, params);
        const stored = view.files(params.partition).find((files) => isWithin(files, batch));
        const shown =
          stored === undefined
            ? { records: [], rejected: [], problem: whyNotStored(view, params.partition, batch) }
            : await reads.inTurn((read) => {
                const { partition } = params;
                const files = { read, listMerged: () => listMerged(results, declaration.table, partition) };
                return readBatchRecords(declaration, batch, stored, query.records, files);
              });
        const rejected = shown.rejected.map(withSentBack);
        const { batchId, startOffset, endOffset, rows, deadLetters, at } = batch;
        return {
          partition: params.partition,
          batchId,
          startOffset: String(offsetInLog(startOffset)),
          endOffset: String(offsetInLog(endOffset)),
          rows,
          deadLetters,
          countedAt: at,
          stored: stored === undefined ? null : showStored(stored),
          resultsLocation: results.location,
          ...shown,
          rejected,
        };
      },
    }),
    apiRoute({
      ...plain,
      path: '/files/{key}',
      summary: 'A result file, as it is stored, by the key that a batch gives',
      params: z.strictObject({ key: z.string().max(300) }),
      answer: resultFileSchema,
      handle: ({ params }) => readResultFile(declaration, results, params.key),
    }),
    apiRoute({
      ...plain,
      path: '/dead-letters',
      summary: 'Records that the query could not read, newest first',
      query: z.strictObject({
        limit: limit(100, 20),
        before: before(DEAD_LETTER_CURSOR),
        reason: z.string().max(200).optional().describe('only those whose reason holds this text'),
      }),
      answer: deadLettersSchema,
      handle: async ({ query }) => {
        await view.refresh({ isForLetters: true });
        const partitions = view.partitions().items.map(({ partition }) => partition);
        const recentFiles = (partition: number): readonly StoredFiles[] => view.files(partition);
        const page = await readDeadLetterPage(
          { results, reads, partitions, recentFiles },
          { limit: query.limit, before: query.before, reason: query.reason },
        );
        return { ...page, items: page.items.map(withSentBack) };
      },
    }),
    apiRoute({
      ...plain,
      path: '/settings',
      summary: 'Settings in force, secrets masked, and versions',
      answer: aboutSchema,
      handle: () => about,
    }),
  ];
  return hasControl ? [...routes, ...controlRoutes(view)] : routes;
}

function controlRoutes(view: PipelineView): readonly ApiRoute[] {
  const control = (path: '/pause' | '/resume', summary: string): ApiRoute =>
    apiRoute({
      method: 'post',
      path,
      summary,
      params: nothing,
      query: nothing,
      answer: statusSchema,
      needsToken: true,
      handle: () => {
        const { query } = view;
        if (query === undefined) throw new ApiError('unavailable', 'the query has not been started yet');
        if (path === '/pause') query.pause();
        else query.resume();
        return view.status();
      },
    });
  return [
    control('/pause', 'No further trigger until resume; this consumer keeps its partitions'),
    control('/resume', 'Goes on after a pause'),
  ];
}

function findBatch(
  view: PipelineView,
  { partition, batchId }: { readonly partition: number; readonly batchId: number },
): CountedBatch {
  const batches = view.batches(partition);
  const batch = batches.find((candidate) => candidate.batchId === batchId);
  if (batch !== undefined) return batch;
  const first = batches[0];
  throw new ApiError(
    'not_found',
    first === undefined
      ? `no batch of partition ${partition} is known`
      : `batch ${batchId} of partition ${partition} is not among the latest ones, which begin with ${first.batchId}`,
  );
}

function isWithin(outer: OffsetRange, inner: OffsetRange): boolean {
  return outer.startOffset <= inner.startOffset && outer.endOffset >= inner.endOffset;
}

function showStored({
  startOffset,
  endOffset,
  plannedAt,
  storedAt,
  files,
}: StoredFiles): BatchDetail['stored'] {
  return {
    startOffset: String(offsetInLog(startOffset)),
    endOffset: String(offsetInLog(endOffset)),
    plannedAt,
    storedAt,
    files: files.map(({ key, size }) => ({ key, size })),
  };
}

function whyNotStored(view: PipelineView, partition: number, { endOffset }: OffsetRange): string {
  const found = view.partitions().items.find((each) => each.partition === partition);
  const isStored = endOffset <= (view.files(partition).at(-1)?.endOffset ?? -1n);
  if (isStored) return 'its files are not among the latest ones any more';
  const until = found?.openUntil ?? null;
  return `it is counted, and in files that are being filled${until === null ? '' : `; they are finished at ${until} at the latest`}`;
}
