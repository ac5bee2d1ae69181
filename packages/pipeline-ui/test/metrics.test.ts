import { describe, expect, it } from 'vitest';
import { createUiPipeline } from './ui-pipeline.ts';

async function scrape(pipeline: ReturnType<typeof createUiPipeline>): Promise<string> {
  const response = await pipeline.ask('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
}

function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}

describe('metrics', () => {
  it('count rows, dead letters, batches and requests', async () => {
    const pipeline = createUiPipeline();
    pipeline.addTickets(60);
    pipeline.addRaw(0, null);
    pipeline.ui.onStoreRequest({ operation: 'get', result: 'ok', seconds: 0.02, bytes: 100 });
    pipeline.ui.onStoreRequest({ operation: 'put', result: 'retry', seconds: 2, requests: 3 });
    await pipeline.startQuery().finished;
    const text = await scrape(pipeline);
    const rows = ['TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL'].map(
      (type) => valueOf(text, `client_tickets_rows_total{type="${type}"}`) ?? NaN,
    );
    expect(rows.reduce((sum, value) => sum + value)).toBe(60);
    expect(valueOf(text, 'client_tickets_dead_letters_total{problem="TOMBSTONE"}')).toBe(1);
    expect(valueOf(text, 'client_tickets_dead_letters_total{problem="NOT_JSON"}')).toBe(0);
    expect(valueOf(text, 'client_tickets_late_records_total')).toBe(0);
    expect(valueOf(text, 'client_tickets_batches_total')).toBe(2);
    expect(valueOf(text, 'client_tickets_batch_duration_seconds_count')).toBe(2);
    expect(valueOf(text, 'client_tickets_batch_phase_duration_seconds_count{phase="addBatch"}')).toBe(2);
    expect(valueOf(text, 'client_tickets_lag_records{partition="1"}')).toBe(0);
    expect(valueOf(text, 'client_tickets_object_store_requests_total{operation="put",result="retry"}')).toBe(
      3,
    );
    expect(valueOf(text, 'client_tickets_object_store_bytes_total{operation="get"}')).toBe(100);
    expect(valueOf(text, 'client_tickets_query_state{state="stopped"}')).toBe(1);
    expect(valueOf(text, 'client_tickets_query_state{state="running"}')).toBe(0);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it('say how fresh counts and files are, and mark a backlog as such', async () => {
    const pipeline = createUiPipeline({ trigger: { kind: 'interval', everyMs: 5 } });
    pipeline.addTickets(30);
    const query = pipeline.startQuery();
    await query.processAllAvailable();
    const text = await scrape(pipeline);
    expect(valueOf(text, 'client_tickets_backlog_records_total')).toBe(30);
    for (const frontier of ['counted', 'stored'])
      expect(valueOf(text, `client_tickets_produced_to_${frontier}_seconds_count`)).toBe(0);
    await expect.poll(() => query.status().state).toBe('waiting');
    // Its producer's clock is ahead, so it is none of the backlog.
    pipeline.log.append(0, Buffer.from('live'), { timestamp: Date.now() + 60_000 });
    await query.processAllAvailable();
    const later = await scrape(pipeline);
    for (const frontier of ['counted', 'stored']) {
      expect(valueOf(later, `client_tickets_produced_to_${frontier}_seconds_count`)).toBe(1);
      expect(valueOf(later, `client_tickets_produced_to_${frontier}_seconds_bucket{le="0.05"}`)).toBe(1);
    }
    expect(valueOf(later, 'client_tickets_backlog_records_total')).toBe(30);
    for (const gauge of ['open_bytes', 'oldest_unstored_age_seconds', 'oldest_unread_age_seconds'])
      expect(valueOf(later, `client_tickets_${gauge}{partition="0"}`)).toBe(0);
    await query.stop({ budgetMs: 1_000 });
  });

  it('count the partitions in which records wait and that no consumer reads', async () => {
    const pipeline = createUiPipeline();
    const query = pipeline.startQuery();
    await query.finished;
    expect(valueOf(await scrape(pipeline), 'client_tickets_unread_partitions')).toBe(0);
    const unread = [1, 2].map((partition) => ({ partition, offset: 3n, target: 5n, owner: null }));
    pipeline.ui.attach({
      status: () => ({ ...query.status(), unread }),
      pause: () => undefined,
      resume: () => undefined,
    });
    expect(valueOf(await scrape(pipeline), 'client_tickets_unread_partitions')).toBe(2);
  });

  it('have names with units, a help and a type', async () => {
    const text = await scrape(createUiPipeline());
    const types = [...text.matchAll(/^# TYPE (client_tickets_\w+) (\w+)$/gm)].map(([, name = '', type]) => ({
      name,
      type,
    }));
    expect(types.length).toBeGreaterThan(12);
    for (const { name, type } of types) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} .+\\.$`, 'm'));
      if (type === 'counter') expect(name).toMatch(/_total$/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      if (type === 'gauge') expect(name).not.toMatch(/_total$/);
    }
  });

  it('belong to one pipeline each, so that two in one process do not mix', async () => {
    const [a, b] = [createUiPipeline(), createUiPipeline()];
    a.addTickets(5);
    await a.startQuery().finished;
    expect(valueOf(await scrape(a), 'client_tickets_batches_total')).toBe(1);
    expect(valueOf(await scrape(b), 'client_tickets_batches_total')).toBe(0);
  });
});
