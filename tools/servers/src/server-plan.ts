import { join } from 'node:path';

export const BROKERS = [1, 2, 3] as const;
export const SERVER_NAMES = ['broker-1', 'broker-2', 'broker-3', 's3'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

const HOST = '127.0.0.1';
const BUCKET = 'client-tickets';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local-access-key', AWS_SECRET_ACCESS_KEY: 'local-secret-key' };
/** The brokers of a cluster must agree on it. */
export const CLUSTER_ID = 'Y2xpZW50X3RpY2tldHMwMA';

/** Of `__consumer_offsets`, which has the groups: as many as Kafka makes by itself. */
export const GROUP_PARTITIONS = 50;

/** Where a server runs, and what it is made of. */
export interface Place {
  /** Of this cluster alone. */
  readonly folder: string;
  readonly portShift: number;
  /** The folder of Kafka's jars. */
  readonly jars: string;
  /** SeaweedFS's program. */
  readonly weed: string;
  readonly java: string;
}

/** How one server is started. */
export interface ServerPlan {
  readonly name: ServerName;
  readonly port: number;
  readonly data: string;
  readonly log: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** What stands in its log before it answers; a listening port is enough where it is left out. */
  readonly readyLine?: string;
}

export function brokerName(broker: number): ServerName {
  const name = SERVER_NAMES.find((each) => each === `broker-${broker}`);
  if (name === undefined) throw new Error(`expected a broker from 1 to ${BROKERS.length}, found ${broker}`);
  return name;
}

/**
 * 19092, 29092, and for the third 9092. All ports here are below those that Linux gives to connections, from 32768 on: one that had
 * got the port of a dead server would keep it from coming back.
 */
function brokerPort(broker: number, { portShift }: Pick<Place, 'portShift'>): number {
  return (broker % BROKERS.length) * 10_000 + 9_092 + portShift;
}

function s3Port({ portShift }: Pick<Place, 'portShift'>): number {
  return 8_333 + portShift;
}

export function propertiesFile(broker: number, { folder }: Pick<Place, 'folder'>): string {
  return join(folder, `broker-${broker}.properties`);
}

/** A broker that is a controller, too. A record is acknowledged once two of three have it, as in the Compose stack. */
export function brokerProperties(broker: number, place: Pick<Place, 'folder' | 'portShift'>): string {
  const address = `PLAINTEXT://${HOST}:${brokerPort(broker, place)}`;
  const controllerPort = (id: number): number => brokerPort(id, place) + 1;
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': broker,
    'controller.quorum.voters': BROKERS.map((id) => `${id}@${HOST}:${controllerPort(id)}`).join(','),
    listeners: `${address},CONTROLLER://${HOST}:${controllerPort(broker)}`,
    'advertised.listeners': address,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(place.folder, `broker-${broker}`),
    'offsets.topic.num.partitions': GROUP_PARTITIONS,
    'offsets.topic.replication.factor': 3,
    'transaction.state.log.replication.factor': 3,
    'transaction.state.log.min.isr': 2,
    'min.insync.replicas': 2,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

export function planServer(name: ServerName, place: Place): ServerPlan {
  const { folder, portShift, jars, weed, java } = place;
  const files = { name, data: join(folder, name), log: join(folder, `${name}.log`) };
  if (name === 's3') {
    const shifted = (port: number): string => String(port + portShift);
    return {
      ...files,
      port: s3Port(place),
      environment: { ...CREDENTIALS, S3_BUCKET: BUCKET },
      readyLine: 'ready to use',
      command: [
        weed,
        'mini',
        `-dir=${files.data}`,
        `-ip=${HOST}`,
        `-ip.bind=${HOST}`,
        '-admin.ui=false',
        '-webdav=false',
        `-admin.port=${shifted(13_646)}`,
        `-master.port=${shifted(9_333)}`,
        `-volume.port=${shifted(9_340)}`,
        `-filer.port=${shifted(18_888)}`,
        `-s3.port=${s3Port(place)}`,
        '-s3.port.iceberg=0',
      ],
    };
  }
  const broker = Number(name.slice('broker-'.length));
  const properties = propertiesFile(broker, place);
  return {
    ...files,
    port: brokerPort(broker, place),
    environment: {},
    command: [java, '-Xms128m', '-Xmx640m', '-cp', `${jars}/*`, 'kafka.Kafka', properties],
  };
}

/** What programs of this project need to use the servers. */
export function clientEnvironment(place: Pick<Place, 'portShift'>): Readonly<Record<string, string>> {
  return {
    KAFKA_BROKERS: BROKERS.map((id) => `${HOST}:${brokerPort(id, place)}`).join(','),
    AWS_ENDPOINT_URL_S3: `http://${HOST}:${s3Port(place)}`,
    ...CREDENTIALS,
    AWS_REGION: 'us-east-1',
    S3_BUCKET: BUCKET,
  };
}
