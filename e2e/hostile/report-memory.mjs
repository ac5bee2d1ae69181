// Loaded into a process with `--import`: as its last line it says how much memory it has had at most. By the kernel's mark of the
// program itself: that of `getrusage` begins with what its parent had.
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';

const STDERR = 2;
process.on('exit', () => {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  writeSync(STDERR, `most memory: ${Math.round(Number(kilobytes) / 1024)} MB\n`);
});
