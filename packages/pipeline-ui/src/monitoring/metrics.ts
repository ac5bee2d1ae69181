import type { Clock, QueryProgress, QueryStatus } from '@client-tickets/micro-batch';
import { RECORD_PROBLEMS } from '@client-tickets/records';
import type { DeclaredCounts } from '@client-tickets/results';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Freshness } from '../freshness/freshness.ts';
import type { StoreRequest } from '../stores/request-counter.ts';
import type { UnknownField } from '../view/unknown-fields.ts';

export interface PipelineMetrics {
  addProgress(progress: QueryProgress): void;
  addStoreRequest(request: StoreRequest): void;
  /** Prometheus' text format. */
  render(): Promise<string>;
  readonly contentType: string;
  close(): void;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const PHASES = ['latestOffset', 'getBatch', 'walCommit', 'addBatch', 'commitOffsets'] as const;
const STATES = [
  'starting',
  'waiting',
  'running',
  'recovering',
  'paused',
  'stopping',
  'stopped',
  'failed',
] as const;

/**
 * Counters and histograms grow as things happen; gauges are read when Prometheus asks. Names: `client_tickets_`, base units,
 * `_total` for counters.
 */
export function createPipelineMetrics(options: {
  readonly topic: string;
  /** What rows are counted by, if by anything. */
  readonly counted: DeclaredCounts | undefined;
  readonly versions: Readonly<Record<string, string>>;
  readonly status: () => QueryStatus | undefined;
  readonly unknownFields: () => readonly UnknownField[];
  readonly freshness: () => Freshness;
  readonly viewers: () => number;
  readonly clock: Clock;
}): PipelineMetrics {
  const { topic, counted, versions, status, unknownFields, freshness, viewers, clock } = options;
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });

  const rows = new Counter({
    name: 'client_tickets_rows_total',
    help: 'Records that this consumer has counted as rows of the results.',
    labelNames: counted === undefined ? [] : [counted.column],
    registers,
  });
  const deadLetters = new Counter({
    name: 'client_tickets_dead_letters_total',
    help: 'Records that the query could not read, by what was wrong with them.',
    labelNames: ['problem'],
    registers,
  });
  const late = new Counter({
    name: 'client_tickets_late_records_total',
    help: 'Rows that came after their window was closed, and are in none.',
    registers,
  });
  const forced = new Counter({
    name: 'client_tickets_forced_windows_total',
    help: 'Windows that were closed before their time, as too many were open; what comes for them is late.',
    registers,
  });
  const fields: Counter = new Counter({
    name: 'client_tickets_unknown_fields_total',
    help: 'Records with a field that is not declared, by its name.',
    labelNames: ['field'],
    registers,
    collect: () => {
      fields.reset();
      for (const { name, count } of unknownFields()) fields.inc({ field: name }, count);
    },
  });
  const batches = new Counter({
    name: 'client_tickets_batches_total',
    help: 'Triggers that counted a micro-batch.',
    registers,
  });
  const batchSeconds = new Histogram({
    name: 'client_tickets_batch_duration_seconds',
    help: 'From the start of a trigger to the end of its publication.',
    buckets: SECONDS,
    registers,
  });
  const phaseSeconds = new Histogram({
    name: 'client_tickets_batch_phase_duration_seconds',
    help: "The same by phase, in the words of Spark's durationMs.",
    labelNames: ['phase'],
    buckets: SECONDS,
    registers,
  });
  const requests = new Counter({
    name: 'client_tickets_object_store_requests_total',
    help: 'Requests to the object store, those of the pipeline UI included.',
    labelNames: ['operation', 'result'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'client_tickets_object_store_request_duration_seconds',
    help: 'How long the object store took to answer.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers,
  });
  const requestBytes = new Counter({
    name: 'client_tickets_object_store_bytes_total',
    help: 'Bytes of the objects that were sent or received.',
    labelNames: ['operation'],
    registers,
  });
  const countRows = (kind: string, count: number): void => {
    if (counted !== undefined) rows.inc({ [counted.column]: kind }, count);
  };
  // Series that begin at 0, so that a rate can be told from their first increase.
  for (const kind of counted?.values ?? []) countRows(kind, 0);
  for (const problem of RECORD_PROBLEMS) deadLetters.inc({ problem }, 0);

  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (gauge: Gauge) => void,
  ): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      collect: () => collect(made),
    });
  };
  /** In seconds, of a time in milliseconds since the epoch. */
  const ageOf = (at: number | undefined): number =>
    at === undefined ? 0 : Math.max(0, clock.now() - at) / 1000;
  const labels = {
    topic,
    ...Object.fromEntries(Object.entries(versions).map(([name, value]) => [labelName(name), value])),
  };
  gauge('client_tickets_info', 'Always 1; the labels say what runs.', Object.keys(labels), (each) =>
    each.set(labels, 1),
  );
  gauge('client_tickets_query_state', '1 for the state that the query is in.', ['state'], (each) => {
    const now = status()?.state ?? 'starting';
    for (const state of STATES) each.set({ state }, Number(state === now));
  });
  gauge(
    'client_tickets_last_trigger_timestamp_seconds',
    'When the last trigger went through, with or without records.',
    [],
    (each) => each.set((status()?.lastTriggerAt ?? 0) / 1000),
  );
  gauge('client_tickets_viewers', 'Open event streams of the pipeline UI.', [], (each) =>
    each.set(viewers()),
  );

  gauge(
    'client_tickets_unread_partitions',
    'Partitions of the topic in which records wait and that no consumer reads.',
    [],
    (each) => each.set(status()?.unread.length ?? 0),
  );

  const byPartition = (
    name: string,
    help: string,
    pick: (partition: QueryStatus['partitions'][number]) => bigint | number | undefined,
  ): void =>
    gauge(name, help, ['partition'], (each) => {
      each.reset(); // partitions come and go
      for (const partition of status()?.partitions ?? []) {
        const value = pick(partition);
        if (value !== undefined) each.set({ partition: String(partition.partition) }, Number(value));
      }
    });
  byPartition(
    'client_tickets_lag_records',
    'Records that wait, by partition of this consumer.',
    ({ lag }) => lag,
  );
  byPartition(
    'client_tickets_counted_offset',
    'The offset up to which everything is counted.',
    ({ countedOffset }) => countedOffset,
  );
  byPartition(
    'client_tickets_stored_offset',
    'The offset up to which everything is in files that can be seen.',
    ({ storedOffset }) => storedOffset,
  );
  byPartition(
    'client_tickets_open_bytes',
    'Size of the largest file that is being filled, by partition of this consumer.',
    ({ openBytes }) => openBytes,
  );
  byPartition(
    'client_tickets_oldest_unstored_age_seconds',
    'How long ago the oldest record was counted that is in no file yet; 0 when all are.',
    ({ openSince }) => ageOf(openSince === null ? undefined : Date.parse(openSince)),
  );
  byPartition(
    'client_tickets_file_overdue_seconds',
    'For how long the files that are being filled should have been finished; 0 before.',
    ({ openUntil }) => ageOf(openUntil),
  );
  byPartition(
    'client_tickets_oldest_unread_age_seconds',
    'How long ago the oldest record was produced that was fetched and is not counted; 0 when there is none.',
    ({ oldestUncountedAt }) => ageOf(oldestUncountedAt),
  );
  byPartition(
    'client_tickets_catching_up',
    '1 while what waited before this consumer had the partition is being read.',
    ({ partition }) => Number(freshness().isCatchingUp(partition)),
  );
  const backlog: Counter = new Counter({
    name: 'client_tickets_backlog_records_total',
    help: 'Records that waited before this consumer had their partition, or behind such ones; no latency is observed for them.',
    registers,
    collect: () => {
      backlog.reset();
      backlog.inc(freshness().backlogRecords);
    },
  });
  byPartition(
    'client_tickets_latest_offset',
    'The end of the log, as last read.',
    ({ latestOffset }) => latestOffset,
  );
  byPartition(
    'client_tickets_watermark_timestamp_seconds',
    'Up to which event time windows are closed, by partition of this consumer; none before there is one.',
    ({ eventTime }) => (eventTime?.watermark === undefined ? undefined : eventTime.watermark / 1_000),
  );
  byPartition(
    'client_tickets_open_windows',
    'Windows that still take records, by partition of this consumer.',
    ({ eventTime }) => eventTime?.openWindows,
  );
  byPartition('client_tickets_lost_records', 'Offsets that were lost before they were read.', ({ gaps }) =>
    gaps.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0n),
  );

  return {
    contentType: register.contentType,
    render: async () => `${await register.metrics()}\n${renderLatencies(freshness())}`,
    addProgress({ durationMs, observedMetrics, sink, stateOperators }) {
      for (const { numRowsDroppedByWatermark, customMetrics } of stateOperators) {
        late.inc(numRowsDroppedByWatermark);
        forced.inc(customMetrics['numWindowsForced'] ?? 0);
      }
      if (counted === undefined) rows.inc(sink.numOutputRows);
      else
        for (const [kind, count] of Object.entries(observedMetrics[counted.name] ?? {}))
          countRows(kind, count);
      for (const [problem, count] of Object.entries(observedMetrics['dead_letter_count_by_problem'] ?? {}))
        deadLetters.inc({ problem }, count);
      batches.inc();
      batchSeconds.observe(durationMs.triggerExecution / 1000);
      for (const phase of PHASES) phaseSeconds.observe({ phase }, durationMs[phase] / 1000);
    },
    addStoreRequest({ operation, result, seconds, bytes = 0, requests: count = 1 }) {
      requests.inc({ operation, result }, count);
      requestSeconds.observe({ operation }, seconds);
      requestBytes.inc({ operation }, bytes);
    },
    close: () => register.clear(),
  };
}

function renderLatencies({ counted, stored }: Freshness): string {
  return [
    counted.all.render(
      'client_tickets_produced_to_counted_seconds',
      'From when a record was produced to when it was counted and published, without a backlog.',
    ),
    stored.all.render(
      'client_tickets_produced_to_stored_seconds',
      'From when a record was produced to when it was in a file that can be seen, without a backlog.',
    ),
  ].join('\n');
}

/** `node` stays, `micro-batch` becomes `micro_batch`. */
function labelName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');
}
