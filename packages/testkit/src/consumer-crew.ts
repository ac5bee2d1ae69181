import { startConsumer, type RunningConsumer } from './running-consumer.ts';

export type CrewChange = 'start' | 'stop' | 'kill';

/** Consumers of one group that come and go. */
export interface ConsumerCrew {
  readonly size: number;
  start(): Promise<RunningConsumer>;
  /** In order, with SIGTERM, or at once. Which one, `pick` says: from 0 to `size - 1`. */
  end(how: 'stop' | 'kill', pick: number): Promise<void>;
  /** Tickets counted so far, as the page of one of them has it. */
  counted(): Promise<number>;
  /** Whether all that all of them have counted is in files, as the page of one of them has it. */
  isAllInFiles(): Promise<boolean>;
  close(): Promise<void>;
}

export function createConsumerCrew(settings: Readonly<Record<string, string>>): ConsumerCrew {
  const members: RunningConsumer[] = [];
  return {
    get size() {
      return members.length;
    },
    async start() {
      const consumer = await startConsumer(settings);
      members.push(consumer);
      return consumer;
    },
    async end(how, pick) {
      const [consumer] = members.splice(pick, 1);
      consumer?.process.kill(how === 'stop' ? 'SIGTERM' : 'SIGKILL');
      await consumer?.process.ended;
    },
    counted: async () => (await figuresOf(members)).rows ?? 0,
    isAllInFiles: async () => (await figuresOf(members)).filling === null,
    async close() {
      for (const { process } of members) process.kill('SIGKILL');
      await Promise.all(members.splice(0).map(({ process }) => process.ended));
    },
  };
}

async function figuresOf([consumer]: readonly RunningConsumer[]): Promise<{
  readonly rows: number | null;
  readonly filling: object | null;
}> {
  if (consumer === undefined) throw new Error('no consumer is left to ask');
  const answer = await fetch(`${consumer.url}/api/v1/figures`);
  return (await answer.json()) as { readonly rows: number | null; readonly filling: object | null };
}
