import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@client-tickets/micro-batch';
import { openObjectStore } from '@client-tickets/object-store';
import { freePort } from '@client-tickets/testkit';
import { run } from './compose-command.ts';

const PORTS = [
  'REDPANDA_0_PORT',
  'REDPANDA_1_PORT',
  'REDPANDA_2_PORT',
  'CONSOLE_PORT',
  'UI_PORT',
  'S3_PORT',
  'JUPYTER_PORT',
] as const;
type Port = (typeof PORTS)[number];

/** The stack of docker-compose.yml, as a project of its own on free ports, whatever `.env` says. */
export interface Stack {
  readonly project: string;
  /** `http://127.0.0.1:<port><path>` */
  url(port: Port, path?: string): string;
  compose(...args: readonly string[]): Promise<string>;
  /** Names of the service's containers that are running. */
  containers(service: string, which?: 'also those that have ended'): Promise<readonly string[]>;
  /** Default: to read only. */
  openResults(options?: { readonly readOnly: boolean }): Promise<ObjectStore>;
  /** Containers, volumes and networks that belong to the project. */
  leftovers(): Promise<readonly string[]>;
  close(): void;
}

export async function createStack(
  command: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Stack> {
  const project = `client-tickets-e2e-${process.pid}`;
  const ports = new Map<Port, number>();
  for (const port of PORTS) ports.set(port, await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'client-tickets-compose-'));
  const envFile = join(folder, 'env');
  const lines = [...ports, ...Object.entries(settings)].map(([name, value]) => `${name}=${value}`);
  writeFileSync(envFile, `${lines.join('\n')}\n`);

  const label = `label=com.docker.compose.project=${project}`;
  const list = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await run(['docker', ...args])).split('\n').filter(Boolean);
  const url = (port: Port, path = ''): string => `http://127.0.0.1:${ports.get(port)}${path}`;
  return {
    project,
    url,
    compose: (...args) => run([...command, '--project-name', project, '--env-file', envFile, ...args]),
    containers: (service, which) =>
      list(
        'ps',
        ...(which === undefined ? [] : ['--all']),
        '--filter',
        label,
        '--filter',
        `label=com.docker.compose.service=${service}`,
        '--format',
        '{{.Names}}',
      ),
    openResults: ({ readOnly } = { readOnly: true }) =>
      openObjectStore('s3a://client-tickets/results/', {
        readOnly,
        s3: {
          endpoint: url('S3_PORT'),
          credentials: { accessKeyId: 'local-access-key', secretAccessKey: 'local-secret-key' },
        },
      }),
    leftovers: async () => [
      ...(await list('ps', '--all', '--quiet', '--filter', label)),
      ...(await list('volume', 'ls', '--quiet', '--filter', label)),
      ...(await list('network', 'ls', '--quiet', '--filter', label)),
    ],
    close: () => rmSync(folder, { recursive: true }),
  };
}
