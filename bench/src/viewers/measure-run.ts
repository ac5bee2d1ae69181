import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess, type ServiceProcess } from '@client-tickets/testkit';
import { z } from 'zod';
import type { MeasuredRun } from './viewers-report.ts';

const readySchema = z.object({ url: z.string() });
const pipelineSchema = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
  counted: z.number(),
});
const viewersSchema = z.object({ events: z.number(), silentReaders: z.number() });
const figuresSchema = z.object({ viewers: z.number() });

const OPEN_MS = 30_000;
const LOOK_MS = 50;

/** Rejects when not all tickets were counted or not all viewers were there: then the time says nothing. */
export async function measureRun(run: {
  readonly log: string;
  readonly topic: string;
  readonly tickets: number;
  readonly readers: number;
  readonly deaf: number;
}): Promise<MeasuredRun> {
  const { log, topic, tickets, readers, deaf } = run;
  const output = await mkdtemp(join(tmpdir(), 'bench-viewers-'));
  const processes: ServiceProcess[] = [];
  const begin = (script: string, args: readonly string[]): ServiceProcess => {
    const started = startScript(script, args);
    processes.push(started);
    return started;
  };
  try {
    const pipeline = begin('pipeline-process.ts', [log, output, topic]);
    const { url } = await hear(pipeline, 'url', readySchema);
    const viewers =
      readers + deaf === 0 ? undefined : begin('viewers-process.ts', [url, String(readers), String(deaf)]);
    await viewers?.waitForLog('{"open":');
    await untilSeen(url, readers + deaf);
    pipeline.send({ kind: 'go' });
    const { counted, ...measured } = await hear(pipeline, 'seconds', pipelineSchema);
    if (counted !== tickets) throw new Error(`expected ${tickets} tickets counted, found ${counted}`);
    if (viewers === undefined) return { ...measured, events: 0 };
    viewers.send({ kind: 'end' });
    const { events, silentReaders } = await hear(viewers, 'events', viewersSchema);
    if (silentReaders > 0) throw new Error(`${silentReaders} of ${readers} readers were sent nothing`);
    return { ...measured, events };
  } finally {
    for (const each of processes) each.kill('SIGKILL');
    await rm(output, { recursive: true, force: true });
  }
}

/** Until the server knows all viewers; those that do not read can't tell by themselves. */
async function untilSeen(url: string, expected: number): Promise<void> {
  for (let waited = 0; waited < OPEN_MS; waited += LOOK_MS) {
    const answer = await fetch(new URL('/api/v1/figures', url));
    const { viewers } = figuresSchema.parse(await answer.json());
    if (viewers === expected) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`expected ${expected} viewers within ${OPEN_MS / 1000} s`);
}

/** A script beside this one, which says one JSON object a line, the name of what it is about first, and hears messages. */
function startScript(script: string, args: readonly string[]): ServiceProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return startProcess({
    name: script,
    args: ['--import', import.meta.resolve('tsx'), path, ...args],
    environment: process.env,
    hasChannel: true,
  });
}

async function hear<Said>(from: ServiceProcess, name: string, schema: z.ZodType<Said>): Promise<Said> {
  return schema.parse(JSON.parse(await from.waitForLog(`{"${name}":`)));
}
