import type { S3Credentials } from '@client-tickets/object-store';
import { createLocalServers, localServersOptions, type LocalServers } from '@client-tickets/servers';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { provideWitnessPython } from '../witness/witness-python.ts';
import { startWitness, type Witness } from '../witness/witness-process.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { bundleServices, type ServiceBundles } from './service-bundles.ts';

/** What all runs share. */
export interface ChaosContext {
  readonly servers: LocalServers;
  readonly cluster: Cluster;
  readonly bundles: ServiceBundles;
  readonly witness: Witness;
  readonly credentials: S3Credentials;
  readonly commit: string;
  /** Where the output of the consumers of a failed run is kept. */
  readonly failures: string;
  close(): Promise<void>;
}

/** Starts the servers of `pnpm servers` unless they run, and stops those that it started when it is closed. */
export async function openChaosContext(failures: string): Promise<ChaosContext> {
  const servers = createLocalServers({ ...localServersOptions(process.env), say: console.info });
  const ranBefore = (await servers.status()).some(({ pid }) => pid !== undefined);
  const [bundles, python, commit] = await Promise.all([
    bundleServices(),
    provideWitnessPython(),
    describeCommit(),
    servers.start(),
  ]);
  const cluster = createCluster(servers.brokers);
  const witness = startWitness(python, servers.environment);
  return {
    servers,
    cluster,
    bundles,
    witness,
    commit,
    credentials: {
      accessKeyId: servers.environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: servers.environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
    failures,
    close: async () => {
      await witness.close();
      await bundles.remove();
      if (!ranBefore) await servers.stop();
    },
  };
}

async function describeCommit(): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { cwd: import.meta.dirname })).stdout.trim();
  try {
    const changes = await git('status', '--porcelain', '--untracked-files=no');
    return `${await git('rev-parse', '--short=12', 'HEAD')}${changes === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}
