import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { coordinatesAllGroups, knowsAllBrokers, says } from './cluster-readiness.ts';
import { installKafka, installSeaweedFs } from './install.ts';
import {
  CLUSTER_ID,
  SERVER_NAMES,
  brokerProperties,
  clientEnvironment,
  planServer,
  propertiesFile,
  type Place,
  type ServerName,
  type ServerPlan,
} from './server-plan.ts';
import { killProcess, runningPid, startProcess } from './server-process.ts';
import { waitUntil } from './wait-until.ts';

const READY_WITHIN_MS = 300_000; // far more than it takes: a busy machine is no reason to give up

export interface ServerStatus {
  readonly name: ServerName;
  readonly port: number;
  readonly log: string;
  /** Of its process; undefined when it does not run. */
  readonly pid: number | undefined;
}

/** A three-broker Kafka cluster and an S3 server on this machine. They go on running when this process ends. */
export interface LocalServers {
  /** For programs that use the servers: `KAFKA_BROKERS` and so on. */
  readonly environment: Readonly<Record<string, string>>;
  readonly brokers: readonly string[];
  /**
   * Installs what is missing, starts what does not run, and resolves once all of them answer, and the brokers can be used: they have
   * found each other, and each group has its coordinator.
   */
  start(): Promise<void>;
  /** Kills them all and deletes their data. */
  stop(): Promise<void>;
  status(): Promise<readonly ServerStatus[]>;
  /** `SIGKILL`; resolves once it is gone. Its data stays. */
  kill(name: ServerName): Promise<void>;
  /** Starts it again with the data that it had; resolves once it answers. */
  revive(name: ServerName): Promise<void>;
}

export interface LocalServersOptions {
  /** Added to every port, so that several clusters run side by side. */
  readonly portShift: number;
  /** For installations and data. */
  readonly home: string;
  /** Hears what is going on. */
  readonly say: (line: string) => void;
}

export const DEFAULT_HOME = join(homedir(), '.cache/client-tickets-servers');

/** From `PORT_SHIFT` and `SERVERS_HOME`, as the command takes them. */
export function localServersOptions(environment: NodeJS.ProcessEnv): Omit<LocalServersOptions, 'say'> {
  return {
    portShift: Number(environment['PORT_SHIFT'] ?? 0),
    home: environment['SERVERS_HOME'] ?? DEFAULT_HOME,
  };
}

export function createLocalServers({ portShift, home, say }: LocalServersOptions): LocalServers {
  const folder = join(home, `run-${portShift}`);
  const place = async (): Promise<Place> => {
    const [jars, weed] = await Promise.all([installKafka(home, say), installSeaweedFs(home, say)]);
    const javaHome = process.env['JAVA_HOME'] ?? '';
    return { folder, portShift, jars, weed, java: javaHome === '' ? 'java' : join(javaHome, 'bin/java') };
  };
  /** Enough to find and kill what runs; nothing is installed for it. */
  const whereItRuns = (name: ServerName): ServerPlan =>
    planServer(name, { folder, portShift, jars: '', weed: '', java: '' });
  const environment = clientEnvironment({ portShift });
  const brokers = (environment['KAFKA_BROKERS'] ?? '').split(',');

  async function launch(name: ServerName, from: Place): Promise<ServerPlan> {
    const plan = planServer(name, from);
    if ((await runningPid(plan)) !== undefined) return plan;
    if (await listens(plan.port))
      throw new Error(
        `port ${plan.port}, where ${name} belongs, is taken by another program. Stop it (docker-compose stop?), or ` +
          'move all ports: PORT_SHIFT=100',
      );
    await mkdir(plan.data, { recursive: true });
    if (name !== 's3') await format(Number(name.slice('broker-'.length)), from, plan);
    await startProcess(plan);
    return plan;
  }

  async function answers(plan: ServerPlan): Promise<void> {
    await waitUntil(`${plan.name} (its log: ${plan.log})`, READY_WITHIN_MS, async () => {
      if ((await runningPid(plan)) === undefined)
        throw new Error(`${plan.name} has ended; its log ends with\n${await lastLines(plan.log)}`);
      if (plan.readyLine !== undefined && !(await readFile(plan.log, 'utf8')).includes(plan.readyLine))
        return false;
      return listens(plan.port);
    });
  }

  return {
    environment,
    brokers,
    async start() {
      const from = await place();
      await mkdir(folder, { recursive: true });
      const plans: ServerPlan[] = [];
      for (const name of SERVER_NAMES) plans.push(await launch(name, from));
      say(`waiting for ${SERVER_NAMES.join(', ')}`);
      await Promise.all(plans.map((plan) => answers(plan)));
      await waitUntil('a cluster of three brokers', READY_WITHIN_MS, () => says(brokers, knowsAllBrokers));
      await waitUntil('coordinators of all groups', READY_WITHIN_MS, () =>
        says(brokers, coordinatesAllGroups),
      );
      say('ready');
    },
    async stop() {
      await Promise.all(SERVER_NAMES.map((name) => killProcess(whereItRuns(name))));
      await rm(folder, { recursive: true, force: true });
    },
    status: () =>
      Promise.all(
        SERVER_NAMES.map(async (name) => {
          const plan = whereItRuns(name);
          return { name, port: plan.port, log: plan.log, pid: await runningPid(plan) };
        }),
      ),
    kill: (name) => killProcess(whereItRuns(name)),
    async revive(name) {
      const plan = await launch(name, await place());
      await answers(plan);
    },
  };
}

/** A broker's folder has to be marked as its cluster's before its first start. */
async function format(broker: number, place: Place, { data }: ServerPlan): Promise<void> {
  const properties = propertiesFile(broker, place);
  await writeFile(properties, brokerProperties(broker, place));
  if (
    await readFile(join(data, 'meta.properties')).then(
      () => true,
      () => false,
    )
  )
    return;
  const tool = [
    '-cp',
    `${place.jars}/*`,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    CLUSTER_ID,
    '-c',
    properties,
  ];
  try {
    await promisify(execFile)(place.java, tool);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error('java was not found: install Java 17 or later, or name it with JAVA_HOME', {
        cause: error,
      });
    throw error;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (does: boolean) => (): void => {
      socket.destroy();
      resolve(does);
    };
    socket.on('connect', end(true)).on('error', end(false));
  });
}

async function lastLines(log: string): Promise<string> {
  return (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-10).join('\n');
}
