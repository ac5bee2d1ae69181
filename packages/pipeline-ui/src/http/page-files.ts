import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** One file of the built page, in memory: there are a handful, and a path that is not one of them is not looked for. */
export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  /** By `Content-Encoding`. */
  readonly compressed: ReadonlyMap<'br' | 'gzip', Uint8Array<ArrayBuffer>>;
  readonly contentType: string;
  readonly etag: string;
  /** Its name has a hash of its content, so it never changes. */
  readonly isImmutable: boolean;
}

export type PageFiles = ReadonlyMap<string, PageFile>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const ENCODINGS = { '.br': 'br', '.gz': 'gzip' } as const;

/** Reads a built page, by path from its root: `/index.html`. Empty when there is no such folder. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const bodies = new Map<string, Uint8Array<ArrayBuffer>>(
    await Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async ({ parentPath, name }) => {
          const file = join(parentPath, name);
          return [
            `/${relative(folder, file).split(sep).join('/')}`,
            new Uint8Array(await readFile(file)),
          ] as const;
        }),
    ),
  );
  const files = new Map<string, PageFile>();
  for (const [path, body] of bodies) {
    const contentType = CONTENT_TYPES[extname(path)];
    if (contentType === undefined) continue;
    const compressed = new Map<'br' | 'gzip', Uint8Array<ArrayBuffer>>();
    for (const [extension, encoding] of Object.entries(ENCODINGS)) {
      const smaller = bodies.get(path + extension);
      if (smaller !== undefined) compressed.set(encoding, smaller);
    }
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    files.set(path, { body, compressed, contentType, etag, isImmutable: path.startsWith('/assets/') });
  }
  return files;
}

/** Answers with a file, compressed as far as the browser takes it and it was compressed when the page was built. */
export function respondWithFile(file: PageFile, request: Request): Response {
  const accepted = request.headers.get('accept-encoding') ?? '';
  const encoding = (['br', 'gzip'] as const).find(
    (name) => file.compressed.has(name) && new RegExp(`\\b${name}\\b`).test(accepted),
  );
  const headers = new Headers({
    'content-type': file.contentType,
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
  });
  if (request.headers.get('if-none-match') === file.etag) return new Response(null, { status: 304, headers });
  if (encoding === undefined) return new Response(file.body, { headers });
  headers.set('content-encoding', encoding);
  return new Response(file.compressed.get(encoding) ?? file.body, { headers });
}
