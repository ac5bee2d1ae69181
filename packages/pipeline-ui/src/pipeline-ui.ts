import { hostname } from 'node:os';
import type { Logger, ObjectStore, QueryListener } from '@client-tickets/micro-batch';
import { tableLogPrefix } from '@client-tickets/results';
import type { Hono } from 'hono';
import type { About } from './api/index.ts';
import { createApiRoutes } from './http/api-routes.ts';
import { createFileReads } from './result-files/file-reads.ts';
import { logFailures } from './log-failures.ts';
import { createReadiness } from './monitoring/readiness.ts';
import { startHttpServer, type Address, type HttpServer } from './http/http-server.ts';
import { createLiveFeed } from './http/live-feed.ts';
import { createPipelineMetrics } from './monitoring/metrics.ts';
import { providePage } from './http/page-build.ts';
import { createPolled } from './stores/polled.ts';
import { createPipelineView, type ShownPipeline } from './view/pipeline-view.ts';
import type { AttachedQuery } from './view/query.ts';
import { countReads } from './stores/counted-reads.ts';
import { createKnownObjects } from './stores/known-objects.ts';
import { createRequestCounter, type StoreRequest } from './stores/request-counter.ts';
import { findWebFolder } from './http/web-folder.ts';
import { createWebApp } from './http/web-app.ts';

export interface PipelineUiOptions extends ShownPipeline {
  /** Secrets masked. */
  readonly settings: readonly {
    readonly name: string;
    readonly value: string | undefined;
    /** What it is when it is not set. */
    readonly default?: string | undefined;
    readonly description: string;
  }[];
  /** `{ 'client-tickets': '0.1.0', node: process.version }` */
  readonly versions: Readonly<Record<string, string>>;
  /** Other pages about the same pipeline, such as that of the brokers. */
  readonly links?: readonly About['links'][number][] | undefined;
  readonly logger: Logger;
  /** Lets its holder pause and resume; without it that is not offered. */
  readonly controlToken?: string | undefined;
  /** Names besides `localhost` and IP addresses under which browsers may reach this server. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Open pages at a time. Default: 250. */
  readonly maxViewers?: number | undefined;
  /** Where the page's sources, or at least its `dist`, are. Default: beside this package's `src`, or beside a bundle. */
  readonly webFolder?: string | undefined;
}

/** The pipeline UI with its API, metrics and health checks. Works before there is a query, and after it has failed. */
export interface PipelineUi {
  /** For `StreamingQuery.start`. */
  readonly listener: QueryListener;
  /** Everything that is served, as a function of a request. */
  readonly app: Hono;
  /** For the query, its table and whatever else writes to them here: the page does not ask the stores for what has passed through these. */
  readonly stores: { readonly results: ObjectStore; readonly checkpoints: ObjectStore };
  /** For the object stores' `onRequest`. */
  readonly onStoreRequest: (request: StoreRequest) => void;
  /** What is being waited for, until there is a query. */
  announce(message: string): void;
  attach(query: AttachedQuery): void;
  /** Rejects with `PipelineUiError`. */
  start(address: Address): Promise<{ readonly url: string }>;
  /** Tells those who watch how it ended, and stops listening. */
  close(): Promise<void>;
}

const EVERY_MS = 1_000;
const SOON_MS = 200;
/** More than these see news every other second: it is written to each of them on the engine's thread. */
const FEW_VIEWERS = 50;
const BEATS_EVERY = 15;
const CLOSE_GRACE_MS = 500;
/** How soon a page that is not there is looked for again. */
const PAGE_EVERY_MS = 10_000;
/** Each has its event stream and another connection for what it asks; `HTTP_LIMITS` leaves some for others. */
const MAX_VIEWERS = 250;

export function createPipelineUi(options: PipelineUiOptions): PipelineUi {
  const { topic, trigger, clock, logger, versions, allowedHosts = [] } = options;
  const controlToken = options.controlToken === '' ? undefined : options.controlToken; // empty is no secret
  const requests = createRequestCounter();
  const results = countReads(options.results, requests);
  const checkpoints = countReads(options.checkpoints, requests);
  const stopping = new AbortController();
  let server: HttpServer | undefined;
  let running: Promise<void> | undefined;
  let isPublishingSoon = false;

  const feed = createLiveFeed({
    maxReaders: options.maxViewers ?? MAX_VIEWERS,
    onReaders: (readers) => {
      if (readers === 1) void refreshAndPublish();
    },
  });
  const metrics = createPipelineMetrics({
    topic,
    counted: options.declaration.countsFiles[0],
    versions,
    status: () => view.queryStatus(),
    unknownFields: () => view.unknownFields(),
    freshness: () => view.freshness,
    viewers: () => feed.readers,
    clock,
  });
  const logPrefix = tableLogPrefix(options.declaration.table);
  const known = {
    results: createKnownObjects({
      store: options.results,
      reads: results,
      clock,
      onWrite(key) {
        if (key.startsWith(logPrefix)) view.onTableCommit();
      },
    }),
    checkpoints: createKnownObjects({ store: options.checkpoints, reads: checkpoints, clock }),
  };
  const view = createPipelineView({
    ...options,
    ...known,
    requests,
    hasControl: controlToken !== undefined,
    viewers: () => feed.readers,
    onProgress: (progress) => metrics.addProgress(progress),
    onChange: publishSoon,
  });
  const about: About = {
    settings: options.settings.map(({ name, value, default: usual, description }) => ({
      name,
      value: value ?? null,
      usual: usual ?? null,
      description,
    })),
    versions: { ...versions },
    links: [...(options.links ?? [])],
  };
  const webFolder = options.webFolder ?? findWebFolder();
  const page = createPolled({
    clock,
    everyMs: PAGE_EVERY_MS,
    read: () => providePage(webFolder, logger),
  });
  const app = createWebApp({
    routes: createApiRoutes({
      view,
      results,
      reads: createFileReads(results),
      about,
      declaration: options.declaration,
      hasControl: controlToken !== undefined,
    }),
    feed,
    metrics,
    readiness: createReadiness({
      clock,
      topic,
      checkpoints,
      trigger,
      status: () => view.queryStatus(),
      announcement: () => view.announcement,
    }),
    page: async () => {
      if ((page.value?.size ?? 0) === 0) await page.refresh();
      return page.value ?? new Map();
    },
    allowedHosts: [hostname(), ...allowedHosts],
    controlToken,
    version: versions['client-tickets'] ?? '0.0.0',
    logger,
  });

  /** One publication for all that was read, because each is written to every viewer; two if it takes long. */
  async function refreshAndPublish(options = { force: false }): Promise<void> {
    const found = new AbortController();
    const refresh = view.refresh(options).finally(() => found.abort());
    await Promise.race([refresh, clock.sleep(SOON_MS, found.signal)]);
    const isLate = !found.signal.aborted;
    publish();
    if (!isLate) return;
    await refresh;
    publish();
  }

  const publish = logFailures(logger, () => {
    if (feed.readers > 0) feed.publish(view.events());
  });
  const sample = logFailures(logger, () => view.sample());

  /** Called on the engine's path, also many times in a row. */
  function publishSoon(): void {
    if (!isPublishingSoon && feed.readers > 0) void publishAfterAWhile();
  }

  async function publishAfterAWhile(): Promise<void> {
    isPublishingSoon = true;
    await clock.sleep(SOON_MS, stopping.signal);
    isPublishingSoon = false;
    publish();
  }

  async function keepLive(): Promise<void> {
    for (let beat = 1; !stopping.signal.aborted; beat += 1) {
      sample();
      const isTurn = feed.readers <= FEW_VIEWERS || beat % 2 === 0;
      if (feed.readers > 0 && isTurn) void refreshAndPublish();
      if (beat % BEATS_EVERY === 0 && feed.readers > 0) feed.beat();
      await clock.sleep(EVERY_MS, stopping.signal);
    }
  }

  const { onProgress, onBatch, onFiles, onStatus } = view.listener;
  return {
    listener: {
      onProgress: logFailures(logger, onProgress),
      onBatch: logFailures(logger, onBatch),
      onFiles: logFailures(logger, onFiles),
      onStatus: logFailures(logger, onStatus),
    },
    app,
    stores: { results: known.results.store, checkpoints: known.checkpoints.store },
    onStoreRequest: logFailures(logger, (request) => {
      requests.add(request);
      metrics.addStoreRequest(request);
    }),
    announce: (message) => view.announce(message),
    attach: (query) => view.attach(query),
    async start(address) {
      server = await startHttpServer(app, address, logger);
      running = keepLive();
      return { url: server.url };
    },
    async close() {
      stopping.abort();
      await running;
      if (feed.readers > 0) await refreshAndPublish({ force: true });
      feed.close();
      await server?.close(CLOSE_GRACE_MS);
      metrics.close();
    },
  };
}
