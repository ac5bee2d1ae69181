import { Hono, type Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { Logger } from '@client-tickets/micro-batch';
import { ApiError } from '../api/api-error.ts';
import { resultFileSchema } from '../api/index.ts';
import type { ApiRoute } from './api-route.ts';
import type { Readiness } from '../monitoring/readiness.ts';
import type { LiveFeed } from './live-feed.ts';
import type { PipelineMetrics } from '../monitoring/metrics.ts';
import { createOpenApiDocument } from './openapi.ts';
import { respondWithFile, type PageFiles } from './page-files.ts';
import { limitPendingAnswers } from './pending-answers.ts';
import { guardHost, limitBody, refuseOtherSites, requireToken } from './request-guard.ts';
import { securityHeaders } from './security-headers.ts';

export interface WebAppOptions {
  readonly routes: readonly ApiRoute[];
  readonly feed: LiveFeed;
  readonly metrics: PipelineMetrics;
  readonly readiness: () => Promise<Readiness>;
  readonly page: () => Promise<PageFiles>;
  readonly allowedHosts: readonly string[];
  readonly controlToken: string | undefined;
  readonly version: string;
  readonly logger: Logger;
}

const API = '/api/v1';
/** Nothing here reads a body. */
const MOST_BODY_BYTES = 1_024;
/** One is a megabyte or two at the most. */
const MOST_PENDING_ANSWERS = 32;
/** One is `MOST_FILE_BYTES` at the most. */
const MOST_PENDING_FILES = 2;

/** Everything that is served, as a function of a request. */
export function createWebApp(options: WebAppOptions): Hono {
  const { routes, feed, metrics, readiness, page, controlToken, version, logger } = options;
  const app = new Hono();

  app.onError((error, c) => {
    if (error instanceof ApiError) return refuse(c, error);
    logger.error({ err: error, path: c.req.path }, 'a request failed');
    return refuse(c, new ApiError('internal', 'the consumer could not answer; its log says why'));
  });
  app.notFound((c) => refuse(c, new ApiError('not_found', `there is no ${c.req.path}`)));

  app.use(securityHeaders);
  app.use(guardHost(options.allowedHosts));
  app.use(limitBody(MOST_BODY_BYTES));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const allowed = methods.join(', ');
        c.header('allow', allowed);
        return refuse(c, new ApiError('method_not_allowed', `${c.req.path} takes only ${allowed}`));
      },
    }),
  );

  app.get('/healthz', (c) => c.json({ status: 'alive' }));
  app.get('/readyz', async (c) => {
    const found = await readiness();
    return c.json(found, found.ready ? 200 : 503);
  });
  app.get('/metrics', async (c) =>
    c.body(await metrics.render(), 200, { 'content-type': metrics.contentType }),
  );

  app.use(`${API}/*`, refuseOtherSites, async (c, next) => {
    c.header('cache-control', 'no-store');
    await next();
  });
  const pending = limitPendingAnswers(MOST_PENDING_ANSWERS);
  const pendingFiles = limitPendingAnswers(MOST_PENDING_FILES);
  let document: object | undefined;
  app.get(`${API}/openapi.json`, pending, (c) =>
    c.json((document ??= createOpenApiDocument(routes, version))),
  );
  app.get(`${API}/events`, (c) => {
    const stream = feed.open();
    if (stream === undefined) throw new ApiError('busy', 'too many pages are open; try again later');
    return c.body(stream, 200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  });
  for (const route of routes) {
    const path = `${API}${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    if (route.needsToken && controlToken !== undefined)
      app.on(route.method, path, requireToken(controlToken));
    if (route.answer === resultFileSchema) {
      app.on(route.method, path, pendingFiles, async (c) => {
        const file = resultFileSchema.parse(await route.respond(c.req.param(), c.req.query()));
        return c.body(file.body, 200, {
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="${file.name}"`,
        });
      });
      continue;
    }
    app.on(route.method, path, pending, async (c) =>
      c.json(await route.respond(c.req.param(), c.req.query())),
    );
  }

  app.get('/', pending, async (c) => {
    const file = (await page()).get('/index.html');
    return file === undefined ? c.text(NO_PAGE, 503) : respondWithFile(file, c.req.raw);
  });
  app.use(pending, async (c, next) => {
    const file =
      c.req.method === 'GET' || c.req.method === 'HEAD' ? (await page()).get(c.req.path) : undefined;
    return file === undefined ? next() : respondWithFile(file, c.req.raw);
  });
  return app;
}

function refuse(c: Context, { code, message, status }: ApiError): Response {
  if (code === 'unauthorized') c.header('www-authenticate', 'Bearer');
  if (code === 'too_large') c.header('connection', 'close'); // what is left of the body is not read
  if (status === 503) c.header('retry-after', '5');
  return c.json({ error: { code, message } }, status);
}

const NO_PAGE = `The page has not been built: run \`pnpm --filter @client-tickets/pipeline-ui build:web\` and reload.
The API is described at ${API}/openapi.json; /metrics, /healthz and /readyz work as well.
`;
