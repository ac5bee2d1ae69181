import type { Admin } from 'kafkajs';
import { createKafkaClient, type ClientOptions, type KafkaClient } from './kafka-connection.ts';
import { withinTime } from './within-time.ts';

/** Questions to the brokers, on connections of their own that are opened with the first and kept while answers come. */
export interface AdminSession {
  /** One try. A session in which one failed is given up: the next try begins with a new client. */
  attempt<T>(ask: (admin: Admin) => Promise<T>): Promise<T>;
  /** Never rejects. */
  close(): Promise<void>;
}

const ATTEMPT_TIMEOUT_MS = 10_000;
const DISCONNECT_TIMEOUT_MS = 1_000;
const RETRY_MS = 100;

interface Connected {
  readonly client: KafkaClient;
  readonly admin: Admin;
}

/** A client that several calls may be using; it ends when it was let go of and the last of them is done. */
interface Shared {
  readonly connected: Promise<Connected>;
  users: number;
  isDiscarded: boolean;
}

export function createAdminSession(options: ClientOptions): AdminSession {
  const { connection, clock } = options;
  let shared: Shared | undefined;

  const connect = async (): Promise<Connected> => {
    const client = createKafkaClient({
      ...options,
      requestTimeoutMs: ATTEMPT_TIMEOUT_MS,
      retries: connection.brokers.length, // at connecting it goes to the next one each time
      maxRetryMs: RETRY_MS,
    });
    const admin = client.kafka.admin();
    try {
      await admin.connect();
    } catch (error) {
      client.destroy();
      throw error;
    }
    return { client, admin };
  };

  const end = async ({ connected }: Shared): Promise<void> => {
    const { client, admin } = await connected;
    try {
      await withinTime(clock, DISCONNECT_TIMEOUT_MS, admin.disconnect());
    } finally {
      client.destroy();
    }
  };

  return {
    async attempt(ask) {
      const current = (shared ??= { connected: connect(), users: 0, isDiscarded: false });
      current.users += 1;
      try {
        const answer = current.connected.then(({ admin }) => ask(admin));
        return await withinTime(clock, ATTEMPT_TIMEOUT_MS, answer);
      } catch (error) {
        current.isDiscarded = true;
        if (shared === current) shared = undefined;
        throw error;
      } finally {
        current.users -= 1;
        if (current.isDiscarded && current.users === 0) end(current).catch(() => {}); // it is of no use any more
      }
    },
    async close() {
      const last = shared;
      shared = undefined;
      if (last !== undefined) await end(last).catch(() => {}); // nothing is left to be lost
    },
  };
}
