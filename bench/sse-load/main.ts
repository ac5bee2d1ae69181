import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openLogWriter } from '@client-tickets/embedded-log';
import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { Command } from 'commander';
import { z } from 'zod';

/**
 * What viewers of the pipeline UI cost the engine: the same tickets are processed without viewers and with them, in turns, and
 * the medians are compared. Ends with 1 if the bounds do not hold. Wants a machine that does nothing else: the viewers alone
 * need a core, and whatever else runs tells in the time.
 */
const options = z
  .object({
    tickets: z.coerce.number().int().min(1_000),
    readers: z.coerce.number().int().min(0),
    deaf: z.coerce.number().int().min(0),
    rounds: z.coerce.number().int().min(1),
  })
  .parse(
    new Command('sse-load')
      .option('--tickets <count>', 'tickets to process in each round', '1000000')
      .option('--readers <count>', 'viewers that read what they are sent', '180')
      .option('--deaf <count>', 'viewers that never read', '20')
      .option('--rounds <count>', 'rounds without and with viewers', '3')
      .parse()
      .opts(),
  );

const MOST_SLOWDOWN = 0.05;
const MOST_EXTRA_BYTES = 64 * 1024 * 1024;
const TOPIC = 'client_tickets';
const BATCH = 5_000;

const measuredSchema = z.object({ seconds: z.number(), cpuSeconds: z.number(), peakBytes: z.number() });
type Measured = z.infer<typeof measuredSchema>;

function start(script: string, args: readonly string[]): { child: ChildProcess; line(): Promise<string> } {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error(`${script} has no output`);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    line: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${script} ended too early`);
      return value;
    },
  };
}

async function measure(log: string, hasViewers: boolean): Promise<Measured> {
  const output = await mkdtemp(join(tmpdir(), 'sse-load-'));
  const pipeline = start('pipeline-process.ts', [log, output, TOPIC]);
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(await pipeline.line()));
  const viewers = hasViewers
    ? start('viewers-process.ts', [url, String(options.readers), String(options.deaf)])
    : undefined;
  await viewers?.line();
  pipeline.child.stdin?.write('go\n');
  const measured = measuredSchema.parse(JSON.parse(await pipeline.line()));
  viewers?.child.stdin?.write('end\n');
  const received = await viewers?.line();
  await rm(output, { recursive: true, force: true });
  const rate = Math.round(options.tickets / measured.seconds).toLocaleString('en');
  const memory = Math.round(measured.peakBytes / 1e6);
  process.stdout.write(
    `${hasViewers ? 'with   ' : 'without'} viewers: ${measured.seconds.toFixed(2)} s (${rate} tickets/s), ` +
      `${measured.cpuSeconds.toFixed(2)} s of processor, peak ${memory} MB ${received ?? ''}\n`,
  );
  return measured;
}

async function fillLog(directory: string): Promise<void> {
  const writer = await openLogWriter({ directory, topic: TOPIC, partitions: 3 });
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

function median(measures: readonly Measured[], pick: (measured: Measured) => number): number {
  const sorted = measures.map(pick).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

const log = await mkdtemp(join(tmpdir(), 'sse-load-log-'));
try {
  await fillLog(log);
  const without: Measured[] = [];
  const withViewers: Measured[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    // Now these first, now those, so that a machine that slows down favours neither.
    for (const hasViewers of round % 2 === 0 ? [false, true] : [true, false]) {
      (hasViewers ? withViewers : without).push(await measure(log, hasViewers));
    }
  }
  const slowdown =
    median(withViewers, ({ seconds }) => seconds) / median(without, ({ seconds }) => seconds) - 1;
  const cpu =
    median(withViewers, ({ cpuSeconds }) => cpuSeconds) / median(without, ({ cpuSeconds }) => cpuSeconds) - 1;
  const extra =
    median(withViewers, ({ peakBytes }) => peakBytes) - median(without, ({ peakBytes }) => peakBytes);
  const holds = slowdown <= MOST_SLOWDOWN && extra <= MOST_EXTRA_BYTES;
  process.stdout.write(
    `${options.readers} readers and ${options.deaf} deaf viewers: ${(100 * slowdown).toFixed(1)}% more time, ` +
      `${(100 * cpu).toFixed(1)}% more processor, ${Math.round(extra / 1e6)} MB more memory: ${holds ? 'within' : 'OUT OF'} bounds\n`,
  );
  process.exitCode = holds ? 0 : 1;
} finally {
  await rm(log, { recursive: true, force: true });
}
