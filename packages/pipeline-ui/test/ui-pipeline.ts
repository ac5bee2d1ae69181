import { randomUUID } from 'node:crypto';
import {
  type Clock,
  type ObjectStore,
  silentLogger,
  StreamingQuery,
  type StreamingQueryOptions,
  systemClock,
  type Trigger,
} from '@client-tickets/micro-batch';
import { createMemoryObjectStore, MemoryLog } from '@client-tickets/micro-batch/testing';
import type { Query, QueryState } from '@client-tickets/records';
import {
  createCountsPublisher,
  createQueryHandler,
  type ResultFormat,
  type UnknownFields,
} from '@client-tickets/results';
import {
  createTicketGenerator,
  encodeTicket,
  type TicketGenerator,
  ticketQuery,
} from '@client-tickets/tickets';
import { onTestFinished } from 'vitest';
import { startHttpServer, type HttpServer } from '../src/http/http-server.ts';
import { createPipelineUi, type PipelineUi, type PipelineUiOptions } from '../src/index.ts';
import { ask } from './ask.ts';

export interface UiPipeline {
  readonly log: MemoryLog;
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly ui: PipelineUi;
  readonly tickets: TicketGenerator;
  /** Appends tickets round-robin. */
  readonly addTickets: (count: number) => void;
  readonly addRaw: (partition: number, value: string | Uint8Array | null) => void;
  readonly startQuery: () => StreamingQuery<QueryState>;
  /** What is answered over a connection. */
  readonly ask: (path: string, options?: Parameters<typeof ask>[1]) => Promise<Response>;
  /** The same, parsed. */
  readonly get: (
    path: string,
    headers?: Record<string, string>,
  ) => Promise<{ readonly status: number; readonly body: unknown }>;
}

/** A query, by default that of tickets, and its UI over a log and stores in memory. */
export function createUiPipeline({
  query = ticketQuery,
  unknownFields = 'drop',
  clock = systemClock,
  partitions = 3,
  formats = ['json', 'parquet'],
  trigger = { kind: 'availableNow' },
  maxOffsetsPerTrigger = 50,
  rollover,
  log = new MemoryLog('client_tickets', partitions),
  results = createMemoryObjectStore('memory://results/'),
  checkpoints = createMemoryObjectStore('memory://checkpoints/'),
  ...uiOptions
}: {
  readonly query?: Query;
  readonly unknownFields?: UnknownFields;
  readonly clock?: Clock;
  readonly partitions?: number;
  readonly formats?: readonly ResultFormat[];
  /** Default: what is there, then the query ends. */
  readonly trigger?: Trigger;
  readonly maxOffsetsPerTrigger?: number;
  /** Default: files with every batch. */
  readonly rollover?: StreamingQueryOptions<QueryState>['rollover'];
  readonly log?: MemoryLog;
  readonly results?: ObjectStore;
  readonly checkpoints?: ObjectStore;
} & Partial<
  Pick<
    PipelineUiOptions,
    'controlToken' | 'maxViewers' | 'allowedHosts' | 'groupMembers' | 'member' | 'logger' | 'webFolder'
  >
> = {}): UiPipeline {
  const source = log.createSource();
  const ui = createPipelineUi({
    declaration: query,
    topic: log.topic,
    results,
    checkpoints,
    settings: [
      { name: 'KAFKA_BROKERS', value: 'localhost:19092', description: 'Brokers, separated by commas.' },
      { name: 'AWS_SECRET_ACCESS_KEY', value: '********', description: 'The secret of the access key.' },
      { name: 'HTTP_CONTROL_TOKEN', value: undefined, description: 'Lets its holder pause and resume.' },
    ],
    versions: { 'client-tickets': '0.1.0', node: process.version },
    trigger,
    maxOffsetsPerTrigger,
    clock,
    logger: silentLogger,
    log: source,
    ...uiOptions,
  });
  const tickets = createTicketGenerator({ seed: 5, startTime: new Date('2026-11-22T09:30:00Z') });
  let turn = 0;
  let server: Promise<HttpServer> | undefined;

  async function serve(): Promise<string> {
    server ??= startHttpServer(ui.app, { host: '127.0.0.1', port: 0 }, silentLogger);
    const serving = await server;
    onTestFinished(() => serving.close(0));
    return serving.url;
  }

  async function askOver(path: string, options: Parameters<typeof ask>[1] = {}): Promise<Response> {
    return ask((await serve()) + path, {
      ...options,
      headers: { host: 'localhost:8090', ...options.headers },
    });
  }

  return {
    log,
    results,
    checkpoints,
    ui,
    tickets,
    addTickets(count) {
      for (let i = 0; i < count; i++) {
        log.append(turn++ % log.partitions.length, encodeTicket(tickets.next()), { timestamp: clock.now() });
      }
    },
    addRaw(partition, value) {
      log.append(partition, typeof value === 'string' ? Buffer.from(value) : value, {
        timestamp: clock.now(),
      });
    },
    startQuery() {
      const running = StreamingQuery.start({
        name: 'client-tickets',
        source,
        ...ui.stores,
        handler: createQueryHandler(query, { formats, unknownFields }),
        publisher: createCountsPublisher({ query, store: ui.stores.results, topic: log.topic }),
        trigger,
        startingOffsets: { kind: 'earliest' },
        maxOffsetsPerTrigger,
        ...(rollover === undefined ? {} : { rollover }),
        failOnDataLoss: true,
        clock,
        logger: silentLogger,
        newId: randomUUID,
        listener: ui.listener,
      });
      ui.attach(running);
      return running;
    },
    ask: askOver,
    async get(path, headers = {}) {
      const response = await askOver(path, { headers });
      return { status: response.status, body: await response.json() };
    },
  };
}
