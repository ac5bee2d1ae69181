import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from '@client-tickets/micro-batch';
import { ApiError } from './api-error.ts';
import type { ApiRoute } from './api-route.ts';
import type { Readiness } from '../health.ts';
import type { LiveFeed } from './live-feed.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { createOpenApiDocument } from './openapi.ts';
import { respondWithFile, type PageFiles } from './page-files.ts';
import { guardHost, refuseOtherSites, requireToken } from './request-guard.ts';
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

/** Everything that is served, as a function of a request. */
export function createWebApp(options: WebAppOptions): Hono {
  const { routes, feed, metrics, readiness, page, controlToken, version, logger } = options;
  const app = new Hono();

  app.onError((error, c) => {
    if (!(error instanceof ApiError)) logger.error({ err: error, path: c.req.path }, 'a request failed');
    const known =
      error instanceof ApiError ? error : new ApiError('internal', 'this went wrong here; the log says more');
    if (known.code === 'unauthorized') c.header('www-authenticate', 'Bearer');
    if (known.status === 503) c.header('retry-after', '5');
    return c.json({ error: { code: known.code, message: known.message } }, known.status);
  });
  app.notFound((c) => c.json({ error: { code: 'not_found', message: `there is no ${c.req.path}` } }, 404));

  app.use(securityHeaders);
  app.use(guardHost(options.allowedHosts));
  app.use(bodyLimit({ maxSize: 1_024 }));

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
  let document: object | undefined;
  app.get(`${API}/openapi.json`, (c) => c.json((document ??= createOpenApiDocument(routes, version))));
  app.get(`${API}/events`, (c) => {
    const stream = feed.open();
    if (stream === undefined) throw new ApiError('busy', 'too many are watching; try again later');
    return c.body(stream, 200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  });
  for (const route of routes) {
    const path = `${API}${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    if (route.needsToken && controlToken !== undefined) app.use(path, requireToken(controlToken));
    app.on(route.method, path, async (c) => c.json(await route.respond(c.req.param(), c.req.query())));
    app.all(path, (c) => {
      const allowed = route.method.toUpperCase();
      c.header('allow', allowed);
      throw new ApiError('method_not_allowed', `${c.req.path} takes ${allowed} alone`);
    });
  }

  app.get('*', async (c, next) => {
    const files = await page();
    const file = files.get(c.req.path === '/' ? '/index.html' : c.req.path);
    if (file !== undefined) return respondWithFile(file, c.req.raw);
    if (c.req.path === '/') return c.text(NO_PAGE, 503);
    await next();
  });
  return app;
}

const NO_PAGE = `The page has not been built: run \`pnpm --filter @client-tickets/pipeline-ui build:web\` and reload.
The API is described at ${API}/openapi.json; /metrics, /healthz and /readyz work as well.
`;
