import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
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
  const processes: ChildProcess[] = [];
  const begin = (script: string, args: readonly string[]): Talker => {
    const talker = talkTo(script, args);
    processes.push(talker.child);
    return talker;
  };
  try {
    const pipeline = begin('pipeline-process.ts', [log, output, topic]);
    const { url } = readySchema.parse(await pipeline.hear());
    const viewers =
      readers + deaf === 0 ? undefined : begin('viewers-process.ts', [url, String(readers), String(deaf)]);
    await viewers?.hear();
    await untilSeen(url, readers + deaf);
    pipeline.say('go');
    const { counted, ...measured } = pipelineSchema.parse(await pipeline.hear());
    if (counted !== tickets) throw new Error(`expected ${tickets} tickets counted, found ${counted}`);
    if (viewers === undefined) return { ...measured, events: 0 };
    viewers.say('end');
    const { events, silentReaders } = viewersSchema.parse(await viewers.hear());
    if (silentReaders > 0) throw new Error(`${silentReaders} of ${readers} readers were sent nothing`);
    return { ...measured, events };
  } finally {
    for (const child of processes) child.kill('SIGKILL');
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

interface Talker {
  readonly child: ChildProcess;
  say(line: string): void;
  /** The next line, which is JSON. */
  hear(): Promise<unknown>;
}

function talkTo(script: string, args: readonly string[]): Talker {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    say: (line) => child.stdin.write(`${line}\n`),
    hear: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${script} ended too early`);
      return JSON.parse(value);
    },
  };
}
