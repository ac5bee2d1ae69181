// Run by log-writer.test.ts: appends one record and waits to be killed.
import { openLogWriter } from '../src/log-writer.ts';

const directory = process.argv[2] ?? '';
const writer = await openLogWriter({ directory, topic: 'client_tickets', partitions: 1 });
await writer.append([{ key: null, value: 'from another process', timestamp: 0 }]);
process.send?.('ready');
setInterval(() => {}, 60_000);
