import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { resultsSchema, topicSchema, type Reading, type TopicRecord } from './reading.ts';

const failedSchema = z.object({ failed: z.string() });

/** The store, or a broker, did not let itself be read. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** An independent program that reads the pipeline's topic and files. One reading at a time. */
export interface Witness {
  /** Rejects with `UnreadableError`. */
  readResults(location: string): Promise<Reading>;
  readTopic(topic: string, brokers: readonly string[]): Promise<readonly TopicRecord[]>;
  close(): Promise<void>;
}

export function startWitness(python: string, environment: Readonly<Record<string, string>>): Witness {
  const child = spawn(python, [join(import.meta.dirname, 'witness.py')], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  const ended = once(child, 'close');

  async function ask(request: unknown): Promise<unknown> {
    const line = new Promise<string>((resolve) => waiting.push(resolve));
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const over = ended.then(() => {
      throw new Error('the witness has ended');
    });
    const answer: unknown = JSON.parse(await Promise.race([line, over]));
    const failed = failedSchema.safeParse(answer);
    if (failed.success) throw new UnreadableError(failed.data.failed);
    return answer;
  }

  return {
    readResults: async (location) => resultsSchema.parse(await ask({ read: 'results', location })),
    readTopic: async (topic, brokers) =>
      topicSchema.parse(await ask({ read: 'topic', topic, brokers: brokers.join() })).rows,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
