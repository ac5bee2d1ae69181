import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { requestKind, type RequestCounts } from './request-counts.ts';

export interface S3Proxy {
  readonly url: string;
  /** Since it was started. */
  counts(): RequestCounts;
  /** Requests that are not answered yet. */
  underWay(): number;
  close(): Promise<void>;
}

/**
 * Stands before an S3 server and counts the requests of its clients, whatever they are written in. All is handed on as it
 * came, the `Host` that the signature covers included.
 *
 * `hold`: what each request waits for before it is handed on, as it would be under way to a server further off. Requests do not wait
 * for each other. Default: nothing.
 */
export async function startS3Proxy(
  endpoint: string,
  { hold }: { readonly hold?: () => Promise<unknown> } = {},
): Promise<S3Proxy> {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const counts: Record<string, number> = {};
  let underWay = 0;
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const kind = requestKind(method, url, headers);
    counts[kind] = (counts[kind] ?? 0) + 1;
    underWay += 1;
    answer.once('close', () => (underWay -= 1));
    const handOn = (): void => {
      if (incoming.destroyed && !incoming.complete) return; // the client has gone
      const onward = request({ hostname, port, agent, method, path: url, headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
        reply.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      incoming.on('error', () => onward.destroy());
      answer.on('close', () => onward.destroy());
      incoming.pipe(onward);
    };
    if (hold === undefined) handOn();
    else void hold().then(handOn);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    counts: () => ({ ...counts }),
    underWay: () => underWay,
    close: async () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await once(server, 'close');
    },
  };
}
