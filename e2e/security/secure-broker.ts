import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installedKafka, localServersOptions } from '@client-tickets/servers';
import { freePort } from '@client-tickets/testkit';
import { createAuthority } from './own-authority.ts';

const run = promisify(execFile);
const START_MS = 300_000;
const LOOK_MS = 200;

export interface SecureBroker {
  /** `127.0.0.1:<port>`, over TLS and for those who log in. */
  readonly address: string;
  readonly port: number;
  /** A PEM file for `NODE_EXTRA_CA_CERTS`. */
  readonly authority: string;
  stop(): Promise<void>;
}

export interface BrokerUsers {
  /** May do everything. Name and password hold for SCRAM-SHA-256, SCRAM-SHA-512 and PLAIN alike. */
  readonly owner: { readonly name: string; readonly password: string };
  /** May log in (by SCRAM) and do nothing. */
  readonly stranger: { readonly name: string; readonly password: string };
}

export type KafkaProgram = { readonly classPath: string } | { readonly missing: string };

/** Apache Kafka from Maven, where `pnpm servers start` has fetched it, and a Java to run it. */
export async function findKafkaProgram(): Promise<KafkaProgram> {
  const { home } = localServersOptions(process.env);
  const folder = await installedKafka(home);
  if (folder === undefined) return { missing: `there are no jars of Kafka under ${home}` };
  for (const [program, flag] of [
    ['java', '-version'],
    ['openssl', 'version'],
  ] as const) {
    if (spawnSync(program, [flag]).status !== 0) return { missing: `there is no ${program} here` };
  }
  return { classPath: join(folder, '*') };
}

/** A broker of its own that lets in over TLS and with a login only, and asks for permissions beyond that. */
export async function startSecureBroker(classPath: string, users: BrokerUsers): Promise<SecureBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'client-tickets-broker-'));
  const { certificate, server } = await createAuthority(folder);
  const [port, internal, controller] = [await freePort(), await freePort(), await freePort()];
  const settings = join(folder, 'broker.properties');
  await writeFile(settings, brokerSettings({ folder, server, port, internal, controller, users }));
  const scram = Object.values(users).flatMap(({ name, password }) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'dGlja2V0c19zZWN1cml0eQ', '-c', settings];
  await run('java', ['-cp', classPath, ...format, ...scram]);

  const java = ['-Xms64m', '-Xmx384m', '-XX:TieredStopAtLevel=1', '-cp', classPath, 'kafka.Kafka', settings];
  const child = spawn('java', java, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  for (const end = Date.now() + START_MS; !(await answers(port)); await after(LOOK_MS)) {
    if (child.exitCode === null && Date.now() < end) continue;
    await stop();
    throw new Error(`a broker did not start:\n${said}`);
  }
  return { address: `127.0.0.1:${port}`, port, authority: certificate, stop };
}

function brokerSettings(options: {
  readonly folder: string;
  readonly server: string;
  readonly port: number;
  readonly internal: number;
  readonly controller: number;
  readonly users: BrokerUsers;
}): string {
  const { folder, server, port, internal, controller, users } = options;
  const { owner } = users;
  const login = (mechanism: string, module: string): string =>
    `listener.name.secure.${mechanism}.sasl.jaas.config=org.apache.kafka.common.security.${module} required`;
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    `listeners=SECURE://127.0.0.1:${port},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=SECURE://127.0.0.1:${port},INTERNAL://127.0.0.1:${internal}`,
    'listener.security.protocol.map=SECURE:SASL_SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=INTERNAL',
    'listener.name.secure.ssl.keystore.type=PEM',
    `listener.name.secure.ssl.keystore.location=${server}`,
    'sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512,PLAIN',
    `${login('scram-sha-256', 'scram.ScramLoginModule')};`,
    `${login('scram-sha-512', 'scram.ScramLoginModule')};`,
    `${login('plain', 'plain.PlainLoginModule')} user_${owner.name}="${owner.password}";`,
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    `super.users=User:ANONYMOUS;User:${owner.name}`, // the broker's own connections do not log in
    `log.dirs=${join(folder, 'log')}`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'auto.create.topics.enable=false',
    'group.initial.rebalance.delay.ms=0',
  ].join('\n');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
