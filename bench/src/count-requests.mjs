// Preloaded into the consumer of a benchmark (`node --import`): writes how many HTTP requests it has made to the file that
// BENCH_REQUESTS_FILE names, when the process ends.
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';

let requests = 0;
subscribe('http.client.request.start', () => {
  requests += 1;
});
process.on('exit', () => writeFileSync(process.env.BENCH_REQUESTS_FILE, String(requests)));
