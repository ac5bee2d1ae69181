// Loaded into a process with `--import`: as its last line it says how much memory it has had at most.
import { writeSync } from 'node:fs';
import process from 'node:process';

const STDERR = 2;
process.on('exit', () => {
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  writeSync(STDERR, `most memory: ${megabytes} MB\n`);
});
