import type { LiveEvents } from '../../src/api/index.ts';
import type { Answers } from './shown-page.ts';
import {
  madeBatch,
  madeCounts,
  madeFigures,
  madeHistory,
  madeLetter,
  madePartition,
  madePoint,
  madeStatus,
  madeWindows,
} from './made-events.ts';

/** What a consumer says in a situation that the page must be good in. */
export interface Scene {
  readonly events: Partial<LiveEvents>;
  readonly answers: Answers;
}

const PARTITIONS = [0, 1, 2];
const NOW = Math.floor(Date.now() / 1_000);
const TYPE = 'type: expected one of TECHNICAL, BILLING, ACCOUNT, GENERAL';
export const LONG_REASON = `${TYPE}, found "${'X'.repeat(400)}"`;

/** Three minutes of a ticket a second, that end now. */
const history = madeHistory(
  Array.from({ length: 180 }, (_, second) =>
    madePoint({
      at: NOW - 180 + second,
      inputRowsPerSecond: 1,
      processedRowsPerSecond: 90 + (second % 7),
      batchDurationMs: 10 + (second % 3),
    }),
  ),
);
const about = {
  settings: [
    { name: 'KAFKA_TOPIC', value: 'client_tickets', usual: 'client_tickets', description: 'The topic.' },
    { name: 'TRIGGER', value: '5 seconds', usual: '1 second', description: 'When micro-batches start.' },
  ],
  versions: { node: 'v24.21.0' },
  links: [
    { name: 'Redpanda Console', url: 'http://localhost:8080/topics/client_tickets' },
    { name: 'Jupyter', url: 'http://localhost:8888/' },
  ],
};

/** Another consumer was killed a moment ago; its partitions are not given out yet. */
export const starting: Scene = {
  events: {
    status: madeStatus({
      state: 'starting',
      message: 'joining the group that reads client_tickets',
      assigned: false,
      ownedPartitions: [],
    }),
    figures: madeFigures({ rows: 120, lag: 6, lastTriggerAt: null }),
    counts: madeCounts(120),
    windows: madeWindows(2, 60),
    partitions: {
      items: PARTITIONS.map((partition) =>
        madePartition(partition, { mine: false, owner: null, rows: 40, countedOffset: '40', lag: 2 }),
      ),
      problem: null,
    },
    batches: { items: [], next: null, problem: null },
  },
  answers: { about },
};

/** No ticket has come yet. */
export const empty: Scene = {
  events: {
    status: madeStatus(),
    figures: madeFigures(),
    counts: madeCounts(0),
    windows: madeWindows(0, 0),
    partitions: { items: PARTITIONS.map((partition) => madePartition(partition)), problem: null },
    batches: { items: [], next: null, problem: null },
  },
  answers: { about },
};

/** 200 tickets, and three dead letters, of which one was sent back. */
export const twoHundred: Scene = {
  events: {
    status: madeStatus({ state: 'running', message: 'processing records' }),
    figures: madeFigures({
      point: madePoint({ inputRowsPerSecond: 1, processedRowsPerSecond: 90, batchDurationMs: 11 }),
      rows: 200,
      deadLetters: 3,
      storedDeadLetters: 3,
      table: { version: 4, files: 1_012, bytes: 3_400_000, smallFiles: 1_011 },
      sentBackDeadLetters: 1,
      freshness: {
        counted: { records: 60, p50Seconds: 0.512, p99Seconds: 1.02 },
        stored: { records: 200, p50Seconds: 30, p99Seconds: 60 },
        isCatchingUp: false,
        backlogRecords: 0,
        oldestUncountedAt: null,
      },
    }),
    counts: madeCounts(200),
    windows: madeWindows(5, 40, { late: 3 }),
    partitions: {
      items: PARTITIONS.map((partition) =>
        madePartition(partition, {
          rows: 67,
          countedOffset: '67',
          latestOffset: '68',
          lag: 1,
          deadLetters: partition === 2 ? 3 : 0,
          sentBackDeadLetters: partition === 2 ? 1 : 0,
          openSince: new Date().toISOString(),
          openBytes: 1_200,
          openUntil: new Date().toISOString(),
        }),
      ),
      problem: null,
    },
    batches: {
      items: Array.from({ length: 20 }, (_, index) => madeBatch(119 - index)),
      next: null,
      problem: null,
    },
  },
  answers: {
    history,
    about,
    deadLetters: {
      items: [
        madeLetter(71, LONG_REASON),
        madeLetter(70, 'tombstone', { sentBackTo: '2:75' }),
        madeLetter(69, `${TYPE}, found "SALES"`),
      ],
      next: null,
      filesRead: 1,
      problem: null,
    },
  },
};

/** Fifteen million, two consumers, one of them with a long name. */
export const millions: Scene = {
  events: {
    status: madeStatus({ state: 'running', message: 'processing records', ownedPartitions: [0, 1] }),
    figures: madeFigures({
      point: madePoint({
        inputRowsPerSecond: 145_678,
        processedRowsPerSecond: 212_345,
        batchDurationMs: 412,
        lag: 2_345_678,
      }),
      rows: 15_234_567,
      lag: 2_345_678,
      groupRowsPerSecond: 289_000,
      deadLetters: 12_345,
      storedDeadLetters: 12_345,
    }),
    counts: madeCounts(15_234_567),
    windows: madeWindows(24, 600_000, { late: 12_345 }),
    partitions: {
      items: PARTITIONS.map((partition) =>
        madePartition(partition, {
          mine: partition < 2,
          owner: partition < 2 ? 'consumer-5f2c1-7' : 'consumer-client-tickets-7d9f8b6c5d-x2x4z-production-1',
          rows: 5_078_189,
          countedOffset: '5078189',
          latestOffset: '5860081',
          lag: 781_892,
          deadLetters: 4_115,
        }),
      ),
      problem: null,
    },
    batches: {
      items: Array.from({ length: 20 }, (_, index) =>
        madeBatch(10_119 - Math.floor(index / 2), {
          key: `${index}-0`,
          rows: 50_000,
          parts: PARTITIONS.map((partition) => ({
            partition,
            startOffset: String(5_000_000 + index),
            endOffset: String(5_016_667 + index),
            rows: 16_667,
            deadLetters: 0,
          })),
        }),
      ),
      next: null,
      problem: null,
    },
  },
  answers: { history, about },
};
