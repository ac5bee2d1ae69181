// Run by log-writer.test.ts under a file size limit: appends until it fails, and prints what became of it.
import { EmbeddedLogError, openLogWriter } from '../src/index.ts';

const writer = await openLogWriter({
  directory: process.argv[2] ?? '',
  topic: 'client_tickets',
  partitions: 1,
});
const codes: string[] = [];
let acknowledged = 0;
while (codes.length < 2) {
  try {
    await writer.append([{ key: null, value: `${acknowledged}`.padEnd(100), timestamp: 0 }]);
    acknowledged++;
  } catch (error) {
    codes.push(error instanceof EmbeddedLogError ? error.code : String(error));
  }
}
await writer.close();
console.log(JSON.stringify({ acknowledged, codes }));
