import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogWriter } from '@client-tickets/embedded-log';
import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { spreadOf } from '../src/spread.ts';
import { readCommandLine } from './command-line.ts';
import { measureRun, type MeasuredRun } from './measure-run.ts';

/** At most so much slower, and so much more memory for all viewers together. */
const MOST_SLOWDOWN = 0.05;
const MOST_EXTRA_BYTES = 64 * 1024 * 1024;
const TOPIC = 'client_tickets';
const BATCH = 5_000;

const options = readCommandLine(process.argv.slice(2));
const log = await mkdtemp(join(tmpdir(), 'sse-load-log-'));
try {
  await fillLog();
  const without: MeasuredRun[] = [];
  const withViewers: MeasuredRun[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    // Now these first, now those, so that a machine that slows down favours neither.
    for (const hasViewers of round % 2 === 0 ? [false, true] : [true, false]) {
      const { readers, deaf } = hasViewers ? options : { readers: 0, deaf: 0 };
      const run = await measureRun({ log, topic: TOPIC, tickets: options.tickets, readers, deaf });
      (hasViewers ? withViewers : without).push(run);
      say(`${hasViewers ? 'with   ' : 'without'} viewers: ${describeRun(run, hasViewers)}`);
    }
  }
  const more = (pick: (run: MeasuredRun) => number): { ratio: number; difference: number } => {
    const [before = NaN, after = NaN] = [without, withViewers].map(
      (runs) => spreadOf(runs.map(pick))?.median,
    );
    return { ratio: after / before - 1, difference: after - before };
  };
  const slowdown = more(({ seconds }) => seconds).ratio;
  const cpu = more(({ cpuSeconds }) => cpuSeconds).ratio;
  const extraBytes = more(({ peakBytes }) => peakBytes).difference;
  const holds = slowdown <= MOST_SLOWDOWN && extraBytes <= MOST_EXTRA_BYTES;
  say(
    `medians of ${options.rounds}, ${options.readers} readers and ${options.deaf} deaf viewers: ${percent(slowdown)} more time ` +
      `(allowed: ${percent(MOST_SLOWDOWN)}), ${percent(cpu)} more processor, ${megabytes(extraBytes)} more memory (allowed: ` +
      `${megabytes(MOST_EXTRA_BYTES)}): ${holds ? 'within' : 'OUT OF'} bounds`,
  );
  if (options.bounds && !holds) process.exitCode = 1;
} finally {
  await rm(log, { recursive: true, force: true });
}

async function fillLog(): Promise<void> {
  const writer = await openLogWriter({ directory: log, topic: TOPIC, partitions: 3 });
  const tickets = createTicketGenerator({ seed: 1, startTime: new Date('2026-11-22T09:30:00Z') });
  for (let left = options.tickets; left > 0; left -= BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, left) }, () => tickets.next());
    await writer.append(
      batch.map((ticket) => ({
        key: ticket.client_id,
        value: encodeTicket(ticket),
        timestamp: Date.parse(ticket.created_at),
      })),
    );
  }
  await writer.close();
}

function describeRun({ seconds, cpuSeconds, peakBytes, events }: MeasuredRun, hasViewers: boolean): string {
  const rate = Math.round(options.tickets / seconds).toLocaleString('en');
  const looked = hasViewers ? `, ${events.toLocaleString('en')} events read` : '';
  return `${seconds.toFixed(2)} s (${rate} tickets/s), ${cpuSeconds.toFixed(2)} s of processor, peak ${megabytes(peakBytes)}${looked}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
