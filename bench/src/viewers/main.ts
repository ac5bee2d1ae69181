import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogWriter } from '@client-tickets/embedded-log';
import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { benchCommand, parseOptions, positive } from '../command-options.ts';
import { commonOptions, openSession } from '../session.ts';
import { measureRun } from './measure-run.ts';
import { costOfViewers, viewersMarkdown, type ViewersReport } from './viewers-report.ts';

const TOPIC = 'client_tickets';
const BATCH = 5_000;

export async function viewers(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench viewers',
      'What viewers of the pipeline UI cost the engine: the same tickets are processed without viewers and with them, in turns, ' +
        'and the medians are compared. Ends with 1 if time or memory are out of bounds. Wants a machine that does nothing else: ' +
        'the viewers alone need a core, and whatever else runs tells in the time.',
    )
      .option('--tickets <count>', 'tickets to process in each run', positive, 1_000_000)
      .option('--readers <count>', 'viewers that read what they are sent', countFromZero, 180)
      .option('--deaf <count>', 'viewers that never read', countFromZero, 20)
      .option('--rounds <count>', 'runs without viewers, and as many with them', positive, 5)
      .option('--no-bounds', 'only tell what was measured; for a try on a machine that has other work'),
    z.object({
      ...commonOptions,
      tickets: z.number(),
      readers: z.number(),
      deaf: z.number(),
      rounds: z.number(),
      bounds: z.boolean(),
    }),
    args,
  );
  if (options === undefined) return;
  const { tickets, readers, deaf, rounds, bounds } = options;
  const { status, head, save, finish } = await openSession('viewers', options);
  const log = await mkdtemp(join(tmpdir(), 'bench-viewers-'));
  try {
    status.say(`writing ${tickets} tickets`);
    await fillLog(log, tickets);
    const report: ViewersReport = { ...head, tickets, readers, deaf, without: [], withViewers: [] };
    for (let round = 0; round < rounds; round += 1) {
      // Now these first, now those, so that a machine that slows down favours neither.
      for (const hasViewers of round % 2 === 0 ? [false, true] : [true, false]) {
        status.update(`round ${round + 1} of ${rounds}, ${hasViewers ? 'with' : 'without'} viewers`);
        const who = hasViewers ? { readers, deaf } : { readers: 0, deaf: 0 };
        const run = await measureRun({ log, topic: TOPIC, tickets, ...who });
        (hasViewers ? report.withViewers : report.without).push(run);
        await save(report, viewersMarkdown(report));
      }
    }
    await finish(report, viewersMarkdown(report));
    if (bounds && !costOfViewers(report).holds) process.exitCode = 1;
  } finally {
    await rm(log, { recursive: true, force: true });
  }
}

async function fillLog(directory: string, tickets: number): Promise<void> {
  const writer = await openLogWriter({ directory, topic: TOPIC, partitions: 3 });
  const generator = createTicketGenerator({ seed: 1, startTime: new Date('2026-11-22T09:30:00Z') });
  for (let left = tickets; left > 0; left -= BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, left) }, () => generator.next());
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

function countFromZero(given: string): number {
  if (/^\d{1,6}$/.test(given)) return Number(given);
  throw new InvalidArgumentError(`expected a whole number from 0 on, found ${given}`);
}
