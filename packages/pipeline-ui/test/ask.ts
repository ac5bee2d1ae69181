import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Asks a server over a connection of its own. Unlike `fetch` it sends any `Host` and `Origin` that it is given. */
export async function ask(
  url: string,
  {
    method = 'GET',
    headers = {},
  }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Response> {
  const asked = request(url, { method, agent: false, headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const body = await buffer(answer);
  const given = Object.entries(answer.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return new Response(body.byteLength === 0 ? null : body, {
    status: answer.statusCode ?? 0,
    headers: given,
  });
}
