import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ticketQuery } from '@client-tickets/tickets';
import { describe, expect, it } from 'vitest';
import { batchDetailSchema, countsSchema, MOST_FILE_BYTES, type BatchDetail } from '../src/api/index.ts';
import { createUiPipeline, type UiPipeline } from './ui-pipeline.ts';

/** A pipeline that has processed 120 tickets and 4 dead letters, in batches of 50 at the most. */
async function createProcessed(): Promise<UiPipeline> {
  const pipeline = createUiPipeline({ controlToken: 'a-token' });
  pipeline.addTickets(120);
  pipeline.addRaw(0, 'no json');
  pipeline.addRaw(1, new Uint8Array([0xff, 0x00]));
  pipeline.addRaw(2, null);
  pipeline.addRaw(2, '{"type":"<script>alert(1)</script>"}');
  await pipeline.startQuery().finished;
  return pipeline;
}

describe('the API after a run', () => {
  it('tells what was counted, by type, team and priority', async () => {
    const { get } = await createProcessed();
    const { body } = await get('/api/v1/counts');
    const { total, tables } = countsSchema.parse(body);
    expect(total).toBe(120);
    expect(tables.map(({ column }) => column)).toEqual(['type', 'support_team', 'priority']);
    for (const { kinds } of tables) expect(kinds.reduce((sum, { count }) => sum + count, 0)).toBe(120);
    expect(tables.map(({ kinds }) => kinds.map(({ name }) => name))).toEqual(
      ticketQuery.countsFiles.map(({ values }) => values),
    );
  });

  it('shows every partition with its offsets, also those that it learns from the checkpoint', async () => {
    const { get } = await createProcessed();
    const { body } = await get('/api/v1/partitions');
    expect(body).toMatchObject({
      problem: null,
      items: [
        {
          partition: 0,
          firstOffset: '0',
          countedOffset: '41',
          storedOffset: '41',
          openSince: null,
          latestOffset: '41',
          lag: 0,
          rows: 40,
          deadLetters: 1,
        },
        { partition: 1, countedOffset: '41', lag: 0, rows: 40, deadLetters: 1 },
        { partition: 2, countedOffset: '42', lag: 0, rows: 40, deadLetters: 2 },
      ],
    });
  });

  it('lists batches newest first, and pages through them without repeating or missing one', async () => {
    const { get } = await createProcessed();
    const all = (await get('/api/v1/batches?limit=200')).body as { items: { key: string; rows: number }[] };
    expect(all.items.reduce((sum, { rows }) => sum + rows, 0)).toBe(120);
    const paged: string[] = [];
    for (let before = ''; ;) {
      const { body } = await get(`/api/v1/batches?limit=1${before}`);
      const { items, next } = body as { items: { key: string }[]; next: string | null };
      paged.push(...items.map(({ key }) => key));
      if (next === null) break;
      before = `&before=${encodeURIComponent(next)}`;
    }
    expect(paged).toEqual(all.items.map(({ key }) => key));
    expect(paged.length).toBeGreaterThan(2);
  });

  it('opens a batch: offsets, files, and records before and after enrichment', async () => {
    const { get } = await createProcessed();
    const { body } = await get('/api/v1/partitions/2/batches/2?records=3');
    expect(body).toMatchObject({ partition: 2, batchId: 2, endOffset: '42', deadLetters: 2, problem: null });
    const { stored, records, rejected } = body as {
      stored: { files: { key: string; size: number }[] };
      records: { offset: string; before: object; after: Record<string, unknown> }[];
      rejected: { reason: string }[];
    };
    expect(stored.files.map(({ key }) => key.replace(/^(\w+)\/.*\./, '$1 '))).toEqual([
      'tickets_json json',
      'tickets parquet',
      'dead_letters json',
    ]);
    expect(records).toHaveLength(3);
    for (const { offset, before, after } of records) {
      expect(before).not.toHaveProperty('support_team');
      expect(after).toMatchObject({ ...before, kafka_partition: 2, kafka_offset: offset });
      expect(after['support_team']).toMatch(/Support|Team|Management/);
    }
    expect(rejected).toHaveLength(2);
  });

  it.each([
    ['is gone', undefined, /^tickets_json\/.*\.json is not there any more$/],
    [
      'is larger than any that is written here',
      Buffer.alloc(64 * 1024 * 1024 + 1),
      /has 67108865 bytes, at most 67108864/,
    ],
    [
      'holds something else',
      Buffer.from('{"ticket_id":1}\n'),
      /line 1: kafka_partition: expected a whole number, found nothing/,
    ],
    ['is torn', Buffer.from('{"ticket_id":'), /line 1 is not ended/],
  ])('opens a batch whose file %s, and says so', async (_what, body, problem) => {
    const { get, results } = await createProcessed();
    const opened = async (): Promise<BatchDetail> =>
      batchDetailSchema.parse((await get('/api/v1/partitions/2/batches/2')).body);
    const key = (await opened()).stored?.files[0]?.key ?? '';
    await (body === undefined ? results.delete(key) : results.put(key, body));
    const { records, rejected, problem: said } = await opened();
    expect(records).toEqual([]);
    expect(rejected).toHaveLength(2);
    expect(said).toMatch(problem);
  });

  it('opens a batch whose file was merged with others and deleted since', async () => {
    const pipeline = createUiPipeline({ formats: ['parquet'], partitions: 1, maxOffsetsPerTrigger: 0 });
    for (let i = 0; i < 3; i++) pipeline.addRaw(0, JSON.stringify(pipeline.tickets.next()));
    await pipeline.startQuery().finished;
    const opened = async (): Promise<BatchDetail> =>
      batchDetailSchema.parse((await pipeline.get('/api/v1/partitions/0/batches/0')).body);
    const before = await opened();
    const key = before.stored?.files[0]?.key ?? '';
    const { body } = (await pipeline.results.get(key)) ?? { body: new Uint8Array() };
    const merged = key.replace('tickets/', 'tickets/merged/').replace('.parquet', '.1764201600000.parquet');
    await pipeline.results.put(merged, body);
    await pipeline.results.delete(key);
    expect(before.records).toHaveLength(3);
    expect(await opened()).toEqual(before);
  });

  it('opens a batch whose Parquet file claims more rows than the batch has, and says so', async () => {
    const pipeline = createUiPipeline({ formats: ['parquet'], partitions: 2, maxOffsetsPerTrigger: 0 });
    for (let i = 0; i < 9; i++) pipeline.addRaw(0, JSON.stringify(pipeline.tickets.next()));
    pipeline.addRaw(1, JSON.stringify(pipeline.tickets.next()));
    await pipeline.startQuery().finished;
    const fileOf = async (partition: number): Promise<string> =>
      batchDetailSchema.parse((await pipeline.get(`/api/v1/partitions/${partition}/batches/0`)).body).stored
        ?.files[0]?.key ?? '';
    const nine = await pipeline.results.get(await fileOf(0));
    await pipeline.results.put(await fileOf(1), nine?.body ?? new Uint8Array());
    const { body } = await pipeline.get('/api/v1/partitions/1/batches/0');
    expect(body).toMatchObject({
      records: [],
      problem: expect.stringContaining('at most 1 rows, found 9') as unknown,
    });
  });

  it('reads the first records of a Parquet file when there is no JSON', async () => {
    const json = createUiPipeline({ formats: ['json'] });
    const parquet = createUiPipeline({ formats: ['parquet'] });
    const shown = await Promise.all(
      [json, parquet].map(async (pipeline) => {
        pipeline.addTickets(30);
        await pipeline.startQuery().finished;
        const { body } = await pipeline.get('/api/v1/partitions/1/batches/0?records=4');
        return (body as { records: unknown[] }).records;
      }),
    );
    expect(shown[0]).toHaveLength(4);
    expect(shown[1]).toEqual(shown[0]);
  });

  it('hands out the files of a batch as they are stored, to be saved and not shown', async () => {
    const { get, ask, results } = await createProcessed();
    const { stored } = batchDetailSchema.parse((await get('/api/v1/partitions/2/batches/2')).body);
    expect(stored?.files).toHaveLength(3);
    for (const { key } of stored?.files ?? []) {
      const answer = await ask(`/api/v1/files/${encodeURIComponent(key)}`);
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${key.replaceAll('/', '-')}"`,
        'x-content-type-options': 'nosniff',
      });
      const body = (await results.get(key))?.body ?? new Uint8Array();
      expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), body)).toBe(0);
    }
  });

  it('does not hand out a file that is larger than it may be in memory', async () => {
    const { get, results } = await createProcessed();
    const { stored } = batchDetailSchema.parse((await get('/api/v1/partitions/2/batches/2')).body);
    const key = stored?.files[0]?.key ?? '';
    await results.put(key, Buffer.alloc(MOST_FILE_BYTES + 1));
    const answer = await get(`/api/v1/files/${encodeURIComponent(key)}`);
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      error: { message: expect.stringContaining(`at most ${MOST_FILE_BYTES}`) as unknown },
    });
  });

  it('gives progress in Spark’s shape', async () => {
    const { get } = await createProcessed();
    const { body } = await get('/api/v1/progress?limit=1');
    const { latest, recent } = body as { latest: object; recent: object[] };
    expect(recent).toEqual([latest]);
    expect(latest).toMatchObject({
      batchId: 2,
      numInputRows: 24,
      durationMs: { triggerExecution: expect.any(Number), addBatch: expect.any(Number) },
      sources: [{ endOffset: { client_tickets: { 0: '41', 1: '41', 2: '42' } } }],
      sink: { numOutputRows: expect.any(Number), numDeadLetters: expect.any(Number) },
    });
  });

  it('shows a dash for a setting without a value, and never a secret', async () => {
    const { body } = await createUiPipeline().get('/api/v1/settings');
    expect(body).toMatchObject({
      settings: expect.arrayContaining([
        expect.objectContaining({ name: 'AWS_SECRET_ACCESS_KEY', value: '********' }),
        expect.objectContaining({ name: 'HTTP_CONTROL_TOKEN', value: null }),
      ]) as unknown,
    });
  });

  it.each([
    ['/api/v1/batches?limit=0', 400, /limit/],
    ['/api/v1/batches?limit=ten', 400, /limit/],
    ['/api/v1/batches?before=yesterday', 400, /before/],
    ['/api/v1/dead-letters?before=0:x', 400, /before/],
    ['/api/v1/status?verbose=1', 400, /verbose/],
    ['/api/v1/partitions/0/batches/999', 404, /999/],
    ['/api/v1/partitions/77/batches/0', 404, /77/],
    ['/api/v1/files/ticket_counts%2Fpart-00000.json', 404, /no result file/],
    ['/api/v1/files/..%2Fcheckpoints%2Fquery.json', 404, /no result file/],
    [`/api/v1/files/tickets%2Fpartition%3D0%2F${'0'.repeat(20)}-${'9'.repeat(20)}.parquet`, 404, /not there/],
    ['/api/v1/nothing', 404, /nothing/],
  ])('refuses %s with %i and says why', async (path, status, reason) => {
    const { get } = await createProcessed();
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { message: expect.stringMatching(reason) as unknown } });
  });
});

describe('the OpenAPI document', () => {
  it('describes what the API really answers', async () => {
    const { get, ask } = await createProcessed();
    const document = (await get('/api/v1/openapi.json')).body as {
      openapi: string;
      paths: Record<
        string,
        Record<string, { responses: Record<string, { content: Record<string, unknown> }> }>
      >;
    };
    expect(document.openapi).toMatch(/^3\.1\./);
    const ajv = new Ajv2020.default({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema(document, 'openapi');
    const examples: Record<string, string> = { partition: '2', batchId: '2' };
    const checked: string[] = [];
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        if (path === '/events' || path === '/files/{key}') continue; // no JSON
        const response = await ask(
          `/api/v1${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => examples[name] ?? '')}`,
          { method: method.toUpperCase(), headers: { authorization: 'Bearer a-token' } },
        );
        expect(response.status, path).toBe(200);
        const place = `/paths/${path.replaceAll('/', '~1')}/${method}/responses/200/content/application~1json/schema`;
        const validate = ajv.getSchema(`openapi#${place.replaceAll('{', '%7B').replaceAll('}', '%7D')}`);
        expect(validate, place).toBeDefined();
        expect(validate?.(await response.json()), `${path}: ${ajv.errorsText(validate?.errors)}`).toBe(true);
        checked.push(`${method} ${path}`);
      }
    }
    expect(checked).toEqual(
      expect.arrayContaining(['get /status', 'get /dead-letters', 'post /pause', 'post /resume']),
    );
    expect(checked).toHaveLength(13);
  });

  it('describes errors as they are', async () => {
    const { get } = createUiPipeline();
    const { body: document } = await get('/api/v1/openapi.json');
    const ajv = new Ajv2020.default({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema(document as object, 'openapi');
    const validate = ajv.getSchema('openapi#/components/schemas/Problem');
    for (const path of ['/api/v1/none', '/api/v1/batches?limit=-1', '/api/v1/partitions/0/batches/0']) {
      expect(validate?.((await get(path)).body), path).toBe(true);
    }
  });

  it('offers pause and resume only where there is a token', async () => {
    const { body } = await createUiPipeline().get('/api/v1/openapi.json');
    expect(Object.keys((body as { paths: object }).paths)).not.toContain('/pause');
  });
});
