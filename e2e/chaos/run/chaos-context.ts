import type { S3Credentials } from '@client-tickets/object-store';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { provideWitnessPython } from '../witness/witness-python.ts';
import { startWitness, type Witness } from '../witness/witness-process.ts';
import { openChaosServers, type ChaosServers } from './chaos-servers.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { bundleServices, type ServiceBundles } from './service-bundles.ts';

/** What all runs share. */
export interface ChaosContext {
  readonly servers: ChaosServers;
  readonly cluster: Cluster;
  readonly bundles: ServiceBundles;
  readonly witness: Witness;
  readonly credentials: S3Credentials;
  readonly commit: string;
  /** Where the output of the consumers of a failed run is kept. */
  readonly failures: string;
  close(): Promise<void>;
}

export async function openChaosContext(options: {
  readonly services: string;
  readonly failures: string;
}): Promise<ChaosContext> {
  const [servers, bundles, python, commit] = await Promise.all([
    openChaosServers(options.services),
    bundleServices(),
    provideWitnessPython(),
    describeCommit(),
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
    failures: options.failures,
    close: async () => {
      await witness.close();
      await bundles.remove();
      await servers.close();
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
