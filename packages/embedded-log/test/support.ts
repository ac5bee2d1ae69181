import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, RecordChunk, Source, SourceRecord } from '@client-tickets/micro-batch';
import { onTestFinished } from 'vitest';

export const topic = 'client_tickets';

/** Time stands still: whatever happens was signalled. */
export const stoppedClock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
};

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A source with everything that it has told, and promises for what it has yet to tell. */
export interface ObservedSource {
  readonly source: Source;
  readonly assignments: (readonly number[])[];
  readonly chunks: RecordChunk[];
  readonly errors: Error[];
  /** Resolves as soon as `condition` holds; it is looked at after each listener call. */
  until(condition: () => boolean): Promise<void>;
  records(partition: number): SourceRecord[];
}

/** Starts the source; on each assignment it seeks where `startAt` says, if it is given. */
export async function observe(
  source: Source,
  startAt?: (partition: number) => bigint | undefined,
): Promise<ObservedSource> {
  const waiting = new Set<() => void>();
  const told = (): void => {
    for (const look of waiting) look();
  };
  const observed: ObservedSource = {
    source,
    assignments: [],
    chunks: [],
    errors: [],
    until: (condition) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (condition()) resolve();
          else if (observed.errors[0] !== undefined) reject(observed.errors[0]);
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
    records: (partition) =>
      observed.chunks.filter((chunk) => chunk.partition === partition).flatMap((chunk) => [...chunk.records]),
  };
  await source.start({
    onAssignment(partitions) {
      observed.assignments.push(partitions);
      for (const partition of partitions) {
        const offset = startAt?.(partition);
        if (offset !== undefined) source.seek(partition, offset);
      }
      told();
    },
    onChunk(chunk) {
      observed.chunks.push(chunk);
      told();
    },
    onError(error) {
      observed.errors.push(error);
      told();
    },
  });
  onTestFinished(() => source.stop());
  return observed;
}

export const text = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString();

/** Another process that appends one record, sends a message and waits to be killed. */
export function forkWriter(directory: string): ChildProcess {
  const other = fork(join(import.meta.dirname, 'writer-process.ts'), [directory], {
    execArgv: ['--import', 'tsx'],
  });
  onTestFinished(() => void other.kill('SIGKILL'));
  return other;
}
