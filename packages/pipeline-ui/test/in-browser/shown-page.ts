import { fileURLToPath } from 'node:url';
import { silentLogger } from '@client-tickets/micro-batch';
import { openPage, startBrowser, type WatchedPage } from '@client-tickets/testkit/browser';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { About, BatchDetail, Batches, DeadLetters, History, LiveEvents } from '../../src/api/index.ts';
import { startHttpServer } from '../../src/http/http-server.ts';
import { createLiveFeed } from '../../src/http/live-feed.ts';
import { providePage } from '../../src/http/page-build.ts';
import { respondWithFile } from '../../src/http/page-files.ts';
import { securityHeaders } from '../../src/http/security-headers.ts';
import { madeHistory } from './made-events.ts';

const SOURCES = fileURLToPath(new URL('../../web', import.meta.url));

export const DESK = { viewport: { width: 1280, height: 1000 } } as const;

/** What a consumer would answer to the page's own questions. */
export interface Answers {
  readonly history?: History;
  readonly about?: About;
  readonly olderBatches?: Batches;
  /** Of whichever batch is opened. */
  readonly batch?: BatchDetail;
  readonly deadLetters?: DeadLetters;
}

export interface ShownPage extends WatchedPage {
  /** Says more, or something else. */
  readonly tell: (events: Partial<LiveEvents>) => void;
  /** Goes away, and comes back at the same address with other answers. */
  readonly restart: (events: Partial<LiveEvents>, answers?: Answers) => Promise<void>;
  /** Goes away, as one that was killed. */
  readonly goAway: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * For the tests of one `describe`: opens a page in a real browser, of a consumer that says what the test wants. It is closed after its
 * test.
 */
export function usePages() {
  let files: Awaited<ReturnType<typeof providePage>>;
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  let shown: ShownPage | undefined;
  beforeAll(async () => {
    files = await providePage(SOURCES, silentLogger);
    browser = await startBrowser();
  });
  afterEach(() => shown?.close());
  afterAll(() => browser.close());

  async function serve(events: Partial<LiveEvents>, answers: Answers, port: number) {
    const feed = createLiveFeed({ maxReaders: 10, onReaders: () => feed.publish(events) });
    const app = new Hono();
    app.use(securityHeaders);
    app.get(
      '/api/v1/events',
      () => new Response(feed.open(), { headers: { 'content-type': 'text/event-stream' } }),
    );
    app.get('/api/v1/history', (c) => c.json(answers.history ?? madeHistory([])));
    app.get('/api/v1/settings', (c) => c.json(answers.about ?? { settings: [], versions: {}, links: [] }));
    app.get('/api/v1/batches', (c) =>
      c.json(answers.olderBatches ?? { items: [], next: null, problem: null }),
    );
    app.get('/api/v1/partitions/:partition/batches/:batchId', (c) =>
      answers.batch === undefined ? c.notFound() : c.json(answers.batch),
    );
    app.get('/api/v1/dead-letters', (c) =>
      c.json(answers.deadLetters ?? { items: [], next: null, filesRead: 0, problem: null }),
    );
    app.get('*', (c) => {
      const file = files.get(c.req.path === '/' ? '/index.html' : c.req.path);
      return file === undefined ? c.notFound() : respondWithFile(file, c.req.raw);
    });
    const server = await startHttpServer(app, { host: '127.0.0.1', port }, silentLogger);
    return {
      url: server.url,
      tell: (more: Partial<LiveEvents>) => feed.publish(more),
      async close() {
        feed.close();
        await server.close(0);
      },
    };
  }

  return async function open(
    events: Partial<LiveEvents>,
    answers: Answers = {},
    options: Parameters<typeof openPage>[2] = {},
  ): Promise<ShownPage> {
    let consumer = await serve(events, answers, 0);
    let isThere = true;
    const port = Number(new URL(consumer.url).port);
    const watched = await openPage(browser, consumer.url, options);
    async function goAway(): Promise<void> {
      if (isThere) await consumer.close();
      isThere = false;
    }
    shown = {
      ...watched,
      tell: (more) => consumer.tell(more),
      async restart(nextEvents, nextAnswers = {}) {
        await goAway();
        consumer = await serve(nextEvents, nextAnswers, port);
        isThere = true;
      },
      goAway,
      async close() {
        await watched.page.context().close();
        await goAway();
      },
    };
    return shown;
  };
}
