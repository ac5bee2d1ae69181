import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const NEXT_TO_US = join(import.meta.dirname, '../../../../shared/local-services/services');
/** Servers that `services` has started belong to this process alone: it was told of none. */
const wereThere = (process.env['KAFKA_BROKERS'] ?? '') !== '';

/** A three-broker Kafka cluster and an S3 server that can be killed. */
export interface ChaosServers {
  readonly environment: Readonly<Record<string, string>>;
  readonly brokers: readonly string[];
  killBroker(number: number): Promise<void>;
  startBroker(number: number): Promise<void>;
  killS3(): Promise<void>;
  startS3(): Promise<void>;
  /** Stops them if they were started here. */
  close(): Promise<void>;
}

/** The program that has servers to kill; `undefined` when there is none. `CHAOS_SERVICES` names it. */
export function findServices(): string | undefined {
  const named = process.env['CHAOS_SERVICES'];
  if (named !== undefined && named !== '') return named;
  return existsSync(NEXT_TO_US) ? NEXT_TO_US : undefined;
}

export const NO_SERVICES =
  'no servers that can be killed: CHAOS_SERVICES names no program that starts, kills and revives them';

/** Starts what does not run yet. */
export async function openChaosServers(services: string): Promise<ChaosServers> {
  const call = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(services, args)).stdout;
  const environment = parseExports(await call('start'));
  return {
    environment,
    brokers: (environment['KAFKA_BROKERS'] ?? '').split(','),
    killBroker: async (number) => void (await call('kill-broker', String(number))),
    startBroker: async (number) => void (await call('start-broker', String(number))),
    killS3: async () => void (await call('kill-s3')),
    startS3: async () => void (await call('start-s3')),
    close: async () => {
      if (!wereThere) await call('stop');
    },
  };
}

/** Lines such as `export AWS_REGION=us-east-1`. */
function parseExports(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}
