/** How long an event stream is listened to: it says something within a second, or nothing before there is a query. */
const LISTEN_MS = 1_500;

/**
 * What a consumer serves: each path of its API with no token, a wrong one and the right one, its page with all that
 * belongs to it, metrics and health. By request, what came back.
 */
export async function fetchEveryPage(url: string, token: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const get = async (path: string, method = 'GET', authorization?: string): Promise<string> => {
    const headers = authorization === undefined ? {} : { authorization };
    const isStream = path.startsWith('/api/v1/events');
    const answer = await (isStream
      ? listen(`${url}${path}`, headers)
      : read(`${url}${path}`, method, headers));
    texts.set(`${method} ${path} as ${authorization ?? 'nobody'}`, `${answer.head}\n${answer.body}`);
    return answer.body;
  };

  const document = JSON.parse(await get('/api/v1/openapi.json')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const requests = Object.entries(document.paths).flatMap(([template, operations]) => {
    const path = `/api/v1${template.replaceAll(/\{\w+\}/g, '0')}`;
    const methods = Object.keys(operations).map((name) => name.toUpperCase());
    return [
      ...methods.flatMap((method) =>
        [undefined, 'Bearer wrong', `Bearer ${token}`].map((authorization) =>
          get(path, method, authorization),
        ),
      ),
      get(`${path}?limit=nonsense&unknown=1`),
    ];
  });
  const others = ['/metrics', '/healthz', '/readyz', '/nothing', '/.env', '/../.env'].map((path) =>
    get(path),
  );
  const page = await get('/');
  const files = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file = '']) => get(file));
  await Promise.all([...requests, ...others, ...files]);
  return texts;
}

interface Answer {
  readonly head: string;
  readonly body: string;
}

const headOf = ({ status, headers }: Response): string => `${status} ${JSON.stringify([...headers])}`;

async function read(url: string, method: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(url, { method, headers, redirect: 'manual' });
  return { head: headOf(response), body: await response.text() };
}

async function listen(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  let head = '';
  let body = '';
  const utf8 = new TextDecoder();
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(LISTEN_MS) });
    head = headOf(response);
    for await (const chunk of response.body ?? []) body += utf8.decode(chunk, { stream: true });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'TimeoutError') throw error;
  }
  return { head, body };
}
