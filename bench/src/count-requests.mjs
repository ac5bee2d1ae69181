// Preloaded into the consumer of a benchmark (`node --import`): each process and thread writes, when it ends, how many HTTP
// requests it has made, by kind, into a file of its own beside the one that BENCH_REQUESTS_FILE names.
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

const requests = {};
subscribe('http.client.request.start', ({ request: { method, path } }) => {
  const kind = method === 'GET' && path.includes('list-type=') ? 'LIST' : method;
  requests[kind] = (requests[kind] ?? 0) + 1;
});
process.on('exit', () =>
  writeFileSync(
    `${process.env.BENCH_REQUESTS_FILE}-${process.pid}-${threadId}.json`,
    JSON.stringify(requests),
  ),
);
