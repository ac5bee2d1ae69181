import net, { type OnReadOpts } from 'node:net';
import tls, { type ConnectionOptions } from 'node:tls';
import type { Clock, Logger } from '@client-tickets/micro-batch';
import kafkajs, { type ISocketFactory, type ISocketFactoryArgs, type Kafka, type SASLOptions } from 'kafkajs';
import { registerCodecs } from './codecs.ts';
import { createKafkaLogCreator } from './kafka-logger.ts';
import { checkPatch } from './kafkajs-patch.ts';

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** How brokers are reached. */
export interface KafkaConnection {
  /** `host:port` each; one that answers is enough to find the others. */
  readonly brokers: readonly string[];
  /** TLS, with the system's certificates (`true`) or with options of `node:tls`. Default: none. */
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: KafkaSasl;
  /** What brokers call this client in their logs and quotas. Default: `client-tickets`. */
  readonly clientId?: string;
  /** Opens the sockets, for instance through a proxy. Must call `onConnect` once one can be used. Default: plain TCP or TLS. */
  readonly socketFactory?: ISocketFactory;
}

export interface KafkaClient {
  readonly kafka: Kafka;
  /**
   * Ends all connections at once and opens no more, so that nothing of this client lives on. kafkajs can't be told to give
   * up: a request to a broker that hangs keeps its `disconnect` waiting for as long as requests may take.
   */
  destroy(): void;
}

/** What all that asks brokers is given. */
export interface ClientOptions {
  readonly connection: KafkaConnection;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The same for one topic. */
export interface TopicClientOptions extends ClientOptions {
  readonly topic: string;
}

export interface KafkaClientOptions extends ClientOptions {
  readonly requestTimeoutMs: number;
  /** Of whatever kafkajs tries again within one call. Waits grow from 100 ms to `maxRetryMs`. */
  readonly retries: number;
  readonly maxRetryMs?: number;
}

const CONNECTION_TIMEOUT_MS = 3_000;
const KEEP_ALIVE_MS = 30_000;

/** What comes in on any connection lies here until kafkajs has copied it, which it does at once. */
const incoming = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * A kafkajs client of its own: they share nothing, not even (as two consumers of one `Kafka` would) committed offsets. Throws a
 * `KafkaError` `unsupported` where kafkajs is not patched.
 */
export function createKafkaClient(options: KafkaClientOptions): KafkaClient {
  const { connection, logger, clock, requestTimeoutMs, retries, maxRetryMs = 1_000 } = options;
  checkPatch(kafkajs);
  registerCodecs();
  const openSocket = connection.socketFactory ?? connectSocket;
  const sockets = new Set<net.Socket>();
  let isDestroyed = false;

  const kafka = new kafkajs.Kafka({
    brokers: rotate(connection.brokers),
    clientId: connection.clientId ?? 'client-tickets',
    ...(connection.ssl === undefined ? {} : { ssl: connection.ssl }),
    ...(connection.sasl === undefined ? {} : { sasl: saslOptions(connection.sasl) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: CONNECTION_TIMEOUT_MS * 2,
    requestTimeout: requestTimeoutMs,
    // All of it is set: what is left out depends on NODE_ENV in kafkajs.
    retry: { initialRetryTime: 100, maxRetryTime: maxRetryMs, factor: 0.2, multiplier: 2, retries },
    logCreator: createKafkaLogCreator({ logger, clock, isClosed: () => isDestroyed }),
    logLevel: kafkajs.logLevel.INFO,
    socketFactory: (args) => {
      if (isDestroyed) throw new Error('this client was closed');
      const socket = openSocket(args);
      // Each time kafkajs disconnects what is closed already, Node adds a listener, and would warn of the eleventh.
      socket.setMaxListeners(0);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
  });

  return {
    kafka,
    destroy: () => {
      isDestroyed = true;
      // With an error, because that (and the peer's FIN) is all that kafkajs listens to; it then fails what is pending.
      for (const socket of sockets) socket.destroy(new Error('this client was closed'));
    },
  };
}

// Written out: kafkajs keeps its authenticator in the object it is given.
function saslOptions({ mechanism, username, password }: KafkaSasl): SASLOptions {
  return { mechanism, username, password };
}

function connectSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): net.Socket {
  // Otherwise Node makes a buffer for each read, and at millions of records a second collects garbage for nothing else.
  const onread: OnReadOpts = {
    buffer: incoming,
    callback: (length, buffer) => {
      socket.emit('data', buffer.subarray(0, length));
      return true;
    },
  };
  const options = { host, port, onread };
  const socket: net.Socket = hasTls(ssl)
    ? tls.connect(
        { ...(net.isIP(host) === 0 ? { servername: host } : {}), ...tlsOptions(ssl), ...options },
        onConnect,
      )
    : net.connect(options, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setNoDelay(true); // kafkajs writes each request at once; waiting for more would only delay it
  return socket;
}

const hasTls = (ssl: unknown): boolean => ssl !== undefined && ssl !== null && ssl !== false;
const tlsOptions = (ssl: ConnectionOptions | boolean): ConnectionOptions =>
  typeof ssl === 'object' ? ssl : {};

/** kafkajs begins with the first; if that one is down, every new client would begin with a failure. */
function rotate(brokers: readonly string[]): string[] {
  const first = Math.floor(Math.random() * brokers.length);
  return [...brokers.slice(first), ...brokers.slice(0, first)];
}
