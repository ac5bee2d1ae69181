import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { ApiError } from '../api/api-error.ts';

/**
 * Answers only requests whose `Host` no stranger can have pointed here (DNS rebinding: a page of `evil.example` whose name
 * suddenly means 127.0.0.1 would pass as its own origin). Allowed are IP addresses, names without a dot (`localhost`, a
 * container or pod: public names have one), `*.localhost`, and the names given. Ports are not looked at, since a container's
 * may be mapped to another one.
 */
export function guardHost(allowedNames: readonly string[]): MiddlewareHandler {
  const allowed = new Set(allowedNames.map((name) => name.toLowerCase()));
  return async (c, next) => {
    const name = hostName(c.req.header('host') ?? new URL(c.req.url).host);
    const isLocal = isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost');
    if (!isLocal && !allowed.has(name)) {
      throw new ApiError(
        'forbidden',
        `this server is not known as ${JSON.stringify(name)}; add the name to HTTP_ALLOWED_HOSTS if it should be`,
      );
    }
    await next();
  };
}

function hostName(host: string): string {
  const name = /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, '');
  return name.toLowerCase().replace(/\.$/, '');
}

/**
 * Refuses what a page of another origin makes a browser send. Reading its answer is forbidden to that page anyway, but
 * neither should it be able to pause the pipeline or make it read files.
 */
export const refuseOtherSites: MiddlewareHandler = async (c, next) => {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isForeign = site === undefined ? false : site !== 'same-origin' && site !== 'none';
  const host = c.req.header('host') ?? new URL(c.req.url).host;
  const isForeignOrigin = origin !== undefined && hostOf(origin) !== host.toLowerCase();
  if (isForeign || isForeignOrigin) {
    throw new ApiError('forbidden', 'requests from pages of other sites are refused');
  }
  await next();
};

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined; // `null` is an origin, and no site's
}

/** Lets a request with `Authorization: Bearer <token>` through. Takes as long for a wrong token as for a nearly right one. */
export function requireToken(token: string): MiddlewareHandler {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return async (c, next) => {
    const given = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), expected)) {
      throw new ApiError('unauthorized', 'expected the header `Authorization: Bearer <HTTP_CONTROL_TOKEN>`');
    }
    await next();
  };
}

/**
 * Refuses a request whose body is longer than `mostBytes`: by the length that it announces, or, when it comes in chunks, once
 * so much has come. The body is thrown away.
 */
export function limitBody(mostBytes: number): MiddlewareHandler {
  return async (c, next) => {
    const isInChunks = c.req.header('transfer-encoding') !== undefined;
    const bytes = isInChunks
      ? await countBytes(c.req.raw.body, mostBytes)
      : Number(c.req.header('content-length') ?? 0);
    if (bytes > mostBytes) {
      throw new ApiError(
        'too_large',
        `expected a body of at most ${mostBytes} bytes: nothing here reads one`,
      );
    }
    await next();
  };
}

/** Stops counting above `mostBytes`. */
async function countBytes(body: ReadableStream<Uint8Array> | null, mostBytes: number): Promise<number> {
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) break;
    }
  } catch (error) {
    throw new ApiError('bad_request', 'the connection ended before the body did', { cause: error });
  }
  return bytes;
}
