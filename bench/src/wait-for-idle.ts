import { readFileSync } from 'node:fs';

const LOOK_MS = 1_000;
/** Of all cores together; what brokers and a sampler do while nothing happens. */
const IDLE_SHARE = 0.15;

/**
 * Waits until the machine has had nothing to do for a second, for `mostSeconds` at most, so that what is measured is not
 * what others do. Returns the share of CPU time that was in use at the end, 0 to 1.
 */
export async function waitForIdle(mostSeconds: number): Promise<number> {
  const end = performance.now() + mostSeconds * 1000;
  for (;;) {
    const busy = await busyShare();
    if (busy <= IDLE_SHARE || performance.now() >= end) return busy;
  }
}

async function busyShare(): Promise<number> {
  const before = cpuTimes();
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const after = cpuTimes();
  return (after.busy - before.busy) / Math.max(1, after.all - before.all);
}

/** First line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal. See proc(5). */
function cpuTimes(): { readonly busy: number; readonly all: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const times = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = times.reduce((sum, time) => sum + time, 0);
  return { busy: all - (times[3] ?? 0) - (times[4] ?? 0), all };
}
