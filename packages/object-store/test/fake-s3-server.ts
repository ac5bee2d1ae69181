import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the server does with one request, beside or instead of serving it. */
export type Behaviour =
  | 'serve'
  | 'reset before'
  | 'reset after'
  | 'hang'
  | 'tear'
  /** Begins to answer with 400 MB, and sends none of them. */
  | 'announce 400 MB'
  | {
      readonly status: number;
      readonly code: string;
      readonly after?: boolean;
      readonly headers?: Readonly<Record<string, string>>;
      readonly extra?: string;
    };

export interface SeenRequest {
  /** `PUT /bucket/key?uploadId`: names of query parameters that tell operations apart. */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface FakeS3 {
  readonly endpoint: string;
  readonly port: number;
  readonly seen: SeenRequest[];
  readonly objects: Map<string, FakeObject>;
  /** Multi-part uploads that were begun, and neither completed nor aborted, by their id. */
  readonly uploads: ReadonlyMap<string, FakeUpload>;
  close(): Promise<void>;
}

interface FakeObject {
  readonly body: Buffer;
  readonly modified?: Date | undefined;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface FakeUpload {
  readonly key: string;
  readonly initiated: Date | undefined;
  readonly parts: Map<number, Buffer>;
}

export interface FakeS3Options {
  readonly port?: number;
  /** One for each request; after the last one everything is served. */
  readonly script?: readonly Behaviour[];
  /** What the server ignores. */
  readonly ignores?: readonly ('if-match' | 'if-none-match' | 'x-amz-meta-' | 'range')[];
  /** This condition is checked, and the object is written so many milliseconds later, as s3s-fs 0.14.1 does without a lock. */
  readonly checksBeforeWriting?: { readonly condition: 'if-match' | 'if-none-match'; readonly byMs: number };
  readonly pageSize?: number;
  /** What it says when an upload was begun, or an object written; without it nothing. */
  readonly now?: () => Date;
}

/** A real HTTP server that speaks just enough S3, for one bucket and with flat listings, and fails as it is told to. */
export async function startFakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const { ignores = [], pageSize = 2, now } = options;
  const script = [...(options.script ?? [])];
  const objects = new Map<string, FakeObject>();
  const uploads = new Map<string, FakeUpload>();
  let begun = 0;
  const seen: SeenRequest[] = [];

  function serve(request: IncomingMessage, url: URL, body: Buffer): Reply | Promise<Reply> {
    const path = decodeURIComponent(url.pathname);
    const key = path.split('/').slice(2).join('/');
    const present = objects.get(key);
    const query = url.searchParams;
    switch (request.method ?? '') {
      case 'GET': {
        if (query.has('list-type')) return listing(query);
        if (query.has('uploads')) return listingOfUploads(query);
        if (present === undefined) return failure(404, 'NoSuchKey');
        const condition = ignores.includes('if-match') ? undefined : request.headers['if-match'];
        if (condition !== undefined && condition !== present.etag) return failure(412, 'PreconditionFailed');
        const headers = { etag: present.etag, ...present.metadata };
        const { length } = present.body;
        const range = ignores.includes('range') ? undefined : request.headers.range;
        const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
        if (from === undefined || to === undefined) return { status: 200, headers, body: present.body };
        if (Number(from) >= length) return failure(416, 'InvalidRange');
        const end = Math.min(Number(to) + 1, length);
        const part = { 'content-range': `bytes ${from}-${end - 1}/${length}` };
        return {
          status: 206,
          headers: { ...headers, ...part },
          body: present.body.subarray(Number(from), end),
        };
      }
      case 'PUT': {
        if (query.has('partNumber')) {
          const upload = uploads.get(query.get('uploadId') ?? '');
          if (upload === undefined) return failure(404, 'NoSuchUpload');
          upload.parts.set(Number(query.get('partNumber')), body);
          return { status: 200, headers: { etag: `"${query.get('partNumber')}"` } };
        }
        const source = request.headers['x-amz-copy-source'];
        if (source !== undefined) {
          const copied = objects.get(decodeURIComponent(String(source)).split('/').slice(1).join('/'));
          if (copied === undefined) return failure(404, 'NoSuchKey');
          const etag = store(key, copied.body, request);
          return xml(`<CopyObjectResult><ETag>${etag}</ETag></CopyObjectResult>`);
        }
        const ifMatch = ignores.includes('if-match') ? undefined : request.headers['if-match'];
        const ifNoneMatch = ignores.includes('if-none-match') ? undefined : request.headers['if-none-match'];
        if (ifNoneMatch === '*' && present !== undefined) return failure(412, 'PreconditionFailed');
        if (ifMatch !== undefined && present === undefined) return failure(404, 'NoSuchKey');
        if (ifMatch !== undefined && ifMatch !== present?.etag) return failure(412, 'PreconditionFailed');
        const write = (): Reply => ({ status: 200, headers: { etag: store(key, body, request) } });
        const { checksBeforeWriting: gap } = options;
        return gap === undefined || request.headers[gap.condition] === undefined
          ? write()
          : sleep(gap.byMs).then(write);
      }
      case 'POST':
        if (query.has('uploads')) {
          begun += 1;
          uploads.set(String(begun), { key, initiated: now?.(), parts: new Map() });
          const id = `<UploadId>${begun}</UploadId>`;
          return xml(`<InitiateMultipartUploadResult>${id}</InitiateMultipartUploadResult>`);
        }
        return complete(key, query.get('uploadId') ?? '', body, request);
      default:
        if (query.has('uploadId')) uploads.delete(query.get('uploadId') ?? '');
        else objects.delete(key);
        return { status: 204, headers: {} };
    }
  }

  /** The object is made of the parts that the request names. */
  function complete(key: string, uploadId: string, body: Buffer, request: IncomingMessage): Reply {
    const upload = uploads.get(uploadId);
    if (upload === undefined) return failure(404, 'NoSuchUpload');
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
    const parts = named.flatMap((number) => upload.parts.get(number) ?? []);
    if (parts.length < named.length) return failure(400, 'InvalidPart');
    uploads.delete(uploadId);
    store(key, Buffer.concat(parts), request);
    return xml('<CompleteMultipartUploadResult><ETag>"1-2"</ETag></CompleteMultipartUploadResult>');
  }

  function listingOfUploads(query: URLSearchParams): Reply {
    const found = [...uploads].filter(([, { key }]) => key.startsWith(query.get('prefix') ?? ''));
    const listed = found.map(
      ([id, { key, initiated }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId>${time('Initiated', initiated)}</Upload>`,
    );
    return xml(`<ListMultipartUploadsResult>${listed.join('')}</ListMultipartUploadsResult>`);
  }

  function store(key: string, body: Buffer, { headers }: IncomingMessage): string {
    const names = ignores.includes('x-amz-meta-') ? [] : Object.keys(headers);
    const metadata = Object.fromEntries(
      names.filter((name) => name.startsWith('x-amz-meta-')).map((name) => [name, String(headers[name])]),
    );
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    objects.set(key, { body, etag, metadata, modified: now?.() });
    return etag;
  }

  function listing(query: URLSearchParams): Reply {
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
      .sort();
    const page = keys.slice(0, pageSize);
    const contents = page.map((key) => {
      const { body, modified } = objects.get(key) ?? {};
      const size = `<Size>${body?.length}</Size>`;
      return `<Contents><Key>${key}</Key>${size}${time('LastModified', modified)}</Contents>`;
    });
    const more = keys.length > page.length;
    const token = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return xml(
      `<ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`,
    );
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://fake');
      const names = ['list-type', 'uploads', 'partNumber', 'uploadId'].filter((name) =>
        url.searchParams.has(name),
      );
      const body = Buffer.concat(chunks);
      const line = `${request.method} ${decodeURIComponent(url.pathname)}${names.length > 0 ? `?${names.join('&')}` : ''}`;
      seen.push({ line, headers: request.headers, body });
      void behave(script.shift() ?? 'serve', response, async () => serve(request, url, body));
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    seen,
    objects,
    uploads,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

async function behave(
  behaviour: Behaviour,
  response: ServerResponse,
  serve: () => Promise<Reply>,
): Promise<void> {
  if (behaviour === 'hang') return;
  if (behaviour === 'announce 400 MB') {
    response.writeHead(200, { etag: '"1"', 'content-length': 400_000_000 }).flushHeaders();
    return;
  }
  if (behaviour === 'reset before') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (behaviour === 'reset after') {
    await serve();
    response.socket?.resetAndDestroy();
    return;
  }
  if (behaviour === 'tear') {
    const { status, headers, body = Buffer.alloc(0) } = await serve();
    response.writeHead(status, { ...headers, 'content-length': body.length + 10 });
    response.write(body, () => response.socket?.destroy());
    return;
  }
  if (behaviour !== 'serve' && behaviour.after === true) await serve();
  const { status, headers, body } =
    behaviour === 'serve'
      ? await serve()
      : failure(behaviour.status, behaviour.code, behaviour.headers, behaviour.extra);
  response.writeHead(status, headers);
  response.end(body);
}

function failure(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
  extra = '',
): Reply {
  return {
    ...xml(`<Error><Code>${code}</Code><Message>The server says ${code}.</Message>${extra}</Error>`),
    status,
    headers,
  };
}

const time = (name: string, at: Date | undefined): string =>
  at === undefined ? '' : `<${name}>${at.toISOString()}</${name}>`;

function xml(text: string): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: Buffer.from(`<?xml version="1.0"?>${text}`),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error(`no port in ${address}`);
  return address.port;
}
