import type {
  Batch,
  BatchDetail,
  Counts,
  DeadLetterView,
  Figures,
  History,
  Partition,
  Point,
  Status,
  Windows,
  WindowsTable,
} from '../../src/api/index.ts';

/** Events as a consumer that waits sends them, but for what a test says. */
export function madeStatus(given: Partial<Status> = {}): Status {
  return {
    state: 'waiting',
    message: 'waiting for new records',
    errorCode: null,
    name: 'client-tickets',
    queryId: '0b0c6ee4-3a36-4ffb-9d3c-0f6a1d0f7f11',
    runId: '7f3f1f8e-3f0b-4f43-8f39-8a8f6c0f3c22',
    topic: 'client_tickets',
    records: { singular: 'ticket', plural: 'tickets' },
    trigger: 'every 1 s',
    startedAt: '2026-11-26T09:00:00.000Z',
    assigned: true,
    ownedPartitions: [0, 1, 2],
    unread: [],
    control: false,
    checkpointLocation: 's3://client-tickets/checkpoints/client_tickets/',
    resultsLocation: 's3://client-tickets/results/',
    ...given,
  };
}

export function madePoint(given: Partial<Point> = {}): Point {
  return {
    at: Math.floor(Date.now() / 1_000) - 1,
    inputRowsPerSecond: 0,
    processedRowsPerSecond: null,
    batchDurationMs: null,
    lag: 0,
    ...given,
  };
}

export function madeFigures(given: Partial<Figures> = {}): Figures {
  return {
    point: madePoint(),
    lastTriggerAt: new Date().toISOString(),
    rows: 0,
    deadLetters: 0,
    storedDeadLetters: 0,
    sentBackDeadLetters: 0,
    lag: 0,
    freshness: {
      counted: null,
      stored: null,
      isCatchingUp: false,
      backlogRecords: 0,
      oldestUncountedAt: null,
    },
    filling: null,
    table: null,
    groupRowsPerSecond: null,
    limit: null,
    unknownFields: [],
    viewers: 1,
    ...given,
  };
}

export function madeCounts(total: number): Counts {
  const shares = [0.4, 0.3, 0.2, 0.1];
  const kinds = (names: readonly string[]) =>
    names.map((name, index) => ({ name, count: Math.floor(total * (shares[index] ?? 0)) }));
  return {
    total,
    tables: [
      {
        name: 'ticket_counts',
        column: 'type',
        kinds: kinds(['TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL']),
      },
      {
        name: 'ticket_counts_by_team',
        column: 'support_team',
        kinds: kinds(['Tech Support', 'Billing Team', 'Account Management', 'General Support']),
      },
    ],
    problem: null,
  };
}

const HOUR_MS = 3_600_000;

/** So many hours that end with the present one, of which the last two are open. */
export function madeWindows(hours: number, perHour: number, given: Partial<WindowsTable> = {}): Windows {
  const last = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const windows = Array.from({ length: hours }, (_, index) => {
    const start = last - (hours - 1 - index) * HOUR_MS;
    const busy = perHour * (1 + Math.sin(index / 3)); // none at all in some hours
    return {
      start: new Date(start).toISOString(),
      end: new Date(start + HOUR_MS).toISOString(),
      isFinal: index < hours - 2,
      counts: [0.4, 0.3, 0.2, 0.1].map((share) => Math.floor(busy * share)),
    };
  });
  const kinds = ['TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL'];
  const table = {
    name: 'ticket_counts_by_hour',
    column: 'type',
    per: 'hour',
    kinds,
    windows,
    late: 0,
  } as const;
  return { tables: [{ ...table, kinds, ...given }], problem: null };
}

export function madePartition(partition: number, given: Partial<Partition> = {}): Partition {
  return {
    partition,
    mine: true,
    owner: 'consumer-5f2c1-7',
    firstOffset: '0',
    countedOffset: '0',
    countedAt: null,
    storedOffset: '0',
    storedAt: null,
    openSince: null,
    openBytes: null,
    openUntil: null,
    earliestOffset: '0',
    latestOffset: '0',
    lag: 0,
    batchId: null,
    planned: null,
    rows: 0,
    deadLetters: 0,
    storedDeadLetters: 0,
    sentBackDeadLetters: 0,
    emptyOffsets: 0,
    eventTime: null,
    gaps: [],
    ...given,
  };
}

export function madeBatch(batchId: number, given: Partial<Batch> = {}): Batch {
  return {
    key: `${batchId}-0`,
    batchId,
    countedAt: new Date(Date.now() - 1_000).toISOString(),
    rows: 3,
    deadLetters: 0,
    parts: [0, 1, 2].map((partition) => ({
      partition,
      startOffset: String(batchId),
      endOffset: String(batchId + 1),
      rows: 1,
      deadLetters: 0,
    })),
    durationMs: {
      latestOffset: 1,
      getBatch: 0.2,
      walCommit: 2,
      addBatch: 5,
      commitOffsets: 4,
      triggerExecution: 12.2,
    },
    storeRequests: { get: 1, put: 4 },
    ...given,
  };
}

export function madeLetter(
  offset: number,
  reason: string,
  given: Partial<DeadLetterView> = {},
): DeadLetterView {
  const text = JSON.stringify({ ticket_id: `TCK-${offset}`, type: 'SALES' });
  return {
    partition: 2,
    offset: String(offset),
    timestamp: new Date(Date.now() - 60_000).toISOString(),
    key: 'CL-100',
    reason,
    value: { bytes: text.length, base64: Buffer.from(text).toString('base64'), text },
    sentBackTo: null,
    isUnreadableBatch: false,
    ...given,
  };
}

export function madeHistory(points: readonly Point[]): History {
  return {
    at: points.map(({ at }) => at),
    inputRowsPerSecond: points.map((point) => point.inputRowsPerSecond),
    processedRowsPerSecond: points.map((point) => point.processedRowsPerSecond),
    batchDurationMs: points.map((point) => point.batchDurationMs),
    lag: points.map(({ lag }) => lag),
  };
}

/** A batch of which one ticket is stored, with the request that is given. */
export function madeBatchDetail(request: string): BatchDetail {
  const ticket = {
    ticket_id: 'TCK-00100',
    client_id: 'CL-100',
    created_at: '2026-11-26T09:30:00.000Z',
    request,
    type: 'TECHNICAL',
    priority: 'LOW',
  };
  const stored = { support_team: 'Tech Support', kafka_partition: 0, kafka_offset: 100 };
  return {
    partition: 0,
    startOffset: '100',
    endOffset: '101',
    batchId: 100,
    countedAt: new Date().toISOString(),
    rows: 1,
    deadLetters: 0,
    stored: null,
    resultsLocation: 's3://client-tickets/results/',
    records: [{ offset: '100', before: ticket, after: { ...ticket, ...stored } }],
    rejected: [],
    problem: null,
  };
}
