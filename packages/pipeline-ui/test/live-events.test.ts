import { createConnection, type Socket } from 'node:net';
import { MemoryObjects, createMemoryObjectStore } from '@client-tickets/micro-batch/testing';
import type { ObjectStore } from '@client-tickets/micro-batch';
import { afterEach, describe, expect, it } from 'vitest';
import type { LiveEvents, Status } from '../src/api/index.ts';
import { liveEventSchemas, type LiveEventName } from '../src/api/index.ts';
import { createLiveFeed } from '../src/http/live-feed.ts';
import { createUiPipeline } from './ui-pipeline.ts';

const decoder = new TextDecoder();

function eventsOf(text: string): { name: string; data: unknown }[] {
  return [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name = '', data = '']) => ({
    name,
    data: JSON.parse(data) as unknown,
  }));
}

const status = (message: string): Partial<LiveEvents> => ({
  status: {
    state: 'running',
    message,
    errorCode: null,
    name: 'client-tickets',
    queryId: null,
    runId: null,
    topic: 'client_tickets',
    records: { singular: 'ticket', plural: 'tickets' },
    trigger: 'every 1 s',
    startedAt: '2026-01-01T00:00:00.000Z',
    assigned: true,
    ownedPartitions: [],
    unread: [],
    control: false,
    checkpointLocation: '',
    resultsLocation: '',
  },
});

const messages = (text: string): string[] => eventsOf(text).map(({ data }) => (data as Status).message);

function createFeed(maxReaders = 10): ReturnType<typeof createLiveFeed> {
  return createLiveFeed({ maxReaders, onReaders: () => undefined });
}

describe('a live feed', () => {
  it('gives a reader that comes late everything that is known', async () => {
    const feed = createFeed();
    const first = feed.open();
    feed.publish(status('one'));
    const second = feed.open()?.getReader();
    expect(messages(decoder.decode((await second?.read())?.value))).toEqual(['one']);
    await first?.cancel();
  });

  it('lets a slow reader skip to the latest, and keeps nothing for it meanwhile', async () => {
    const feed = createFeed();
    const reader = feed.open()?.getReader();
    feed.publish(status('0'));
    await reader?.read();
    for (let i = 1; i <= 10_000; i++) feed.publish(status(String(i)));
    const { value } = (await reader?.read()) ?? {};
    expect(messages(decoder.decode(value))).toEqual(['10000']);
  });

  it('sends nothing when nothing has changed', async () => {
    const feed = createFeed();
    const reader = feed.open()?.getReader();
    feed.publish(status('same'));
    await reader?.read();
    const next = reader?.read();
    feed.publish(status('same'));
    feed.publish(status('other'));
    expect(messages(decoder.decode((await next)?.value))).toEqual(['other']);
  });

  it('shares the bytes among readers that are in step', async () => {
    const feed = createFeed();
    const readers = [feed.open()?.getReader(), feed.open()?.getReader()];
    feed.publish(status('shared'));
    const [a, b] = await Promise.all(readers.map(async (reader) => (await reader?.read())?.value));
    expect(a).toBe(b);
  });

  it('takes readers up to its limit, and another one when one has left', async () => {
    const feed = createFeed(2);
    const first = feed.open();
    feed.open();
    expect(feed.open()).toBeUndefined();
    await first?.cancel();
    expect(feed.readers).toBe(1);
    expect(feed.open()).toBeDefined();
  });

  it('begins again after the last reader has left, so that the next one sees nothing old', async () => {
    const feed = createFeed();
    const first = feed.open();
    feed.publish(status('old'));
    await first?.cancel();
    const reader = feed.open()?.getReader();
    const read = reader?.read();
    feed.publish(status('new'));
    expect(messages(decoder.decode((await read)?.value))).toEqual(['new']);
  });

  it('sends comments that readers ignore, so that a quiet stream stays open', async () => {
    const feed = createFeed();
    const reader = feed.open()?.getReader();
    feed.beat();
    const text = decoder.decode((await reader?.read())?.value);
    expect(text).toMatch(/^: /m);
    expect(eventsOf(text)).toEqual([]);
  });

  it('tells how it ended, then ends', async () => {
    const feed = createFeed();
    const reader = feed.open()?.getReader();
    feed.publish(status('last words'));
    feed.close();
    expect(messages(decoder.decode((await reader?.read())?.value))).toEqual(['last words']);
    expect((await reader?.read())?.done).toBe(true);
    expect(feed.readers).toBe(0);
    expect(feed.open()).toBeUndefined();
  });
});

describe('the event stream of a running pipeline', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  it('brings every part in the shapes of the API, and the end of the query', async () => {
    const pipeline = createUiPipeline();
    const { url } = await pipeline.ui.start({ host: '127.0.0.1', port: 0 });
    open.push(pipeline.ui);
    const response = await fetch(`${url}/api/v1/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    pipeline.addTickets(60);
    await pipeline.startQuery().finished;
    const seen = new Map<string, unknown>();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk);
      for (const { name, data } of eventsOf(text)) seen.set(name, data);
      if (
        (seen.get('counts') as LiveEvents['counts'] | undefined)?.total === 60 &&
        /"state":"stopped"/.test(text)
      )
        break;
    }
    for (const [name, data] of seen) liveEventSchemas[name as LiveEventName].parse(data);
    expect([...seen.keys()].sort()).toEqual(Object.keys(liveEventSchemas).sort());
    expect(seen.get('status')).toMatchObject({ state: 'stopped', errorCode: null });
    expect(seen.get('batches')).toMatchObject({ items: expect.any(Array) as unknown });
  });

  it('brings the last counts even if the consumer ends at once', async () => {
    const pipeline = createUiPipeline();
    const { url } = await pipeline.ui.start({ host: '127.0.0.1', port: 0 });
    const response = await fetch(`${url}/api/v1/events`);
    const text = response.text();
    await expect.poll(async () => (await pipeline.get('/api/v1/counts')).status).toBe(200);
    pipeline.addTickets(60);
    await pipeline.startQuery().finished;
    await pipeline.ui.close();
    const last = eventsOf(await text).findLast(({ name }) => name === 'counts');
    expect(last?.data).toMatchObject({ total: 60 });
  });

  it('reads nothing from the stores while no page is open', async () => {
    const reads: string[] = [];
    const watched = (location: string): ObjectStore => {
      const store = createMemoryObjectStore(location, new MemoryObjects());
      return {
        ...store,
        get: (key) => {
          reads.push(key);
          return store.get(key);
        },
      };
    };
    const results = watched('memory://results/');
    const checkpoints = watched('memory://checkpoints/');
    const alone = createUiPipeline({ results: watched('memory://a/'), checkpoints: watched('memory://b/') });
    alone.addTickets(60);
    await alone.startQuery().finished;
    const engineReads = reads.splice(0).length;

    const pipeline = createUiPipeline({ results, checkpoints });
    await pipeline.ui.start({ host: '127.0.0.1', port: 0 });
    open.push(pipeline.ui);
    pipeline.addTickets(60);
    await pipeline.startQuery().finished;
    expect(reads.length).toBe(engineReads);
  });

  it('refuses viewers beyond the limit with 503', async () => {
    const { ui } = createUiPipeline({ maxViewers: 1 });
    const request = async (): Promise<Response> =>
      ui.app.request('/api/v1/events', { headers: { host: 'localhost' } });
    const first = await request();
    const second = await request();
    expect([first.status, second.status]).toEqual([200, 503]);
    expect(second.headers.get('retry-after')).toBe('5');
    await first.body?.cancel();
    expect((await request()).status).toBe(200);
  });

  it('closes in time although a viewer never reads', async () => {
    const pipeline = createUiPipeline();
    const { url } = await pipeline.ui.start({ host: '127.0.0.1', port: 0 });
    const deaf: Socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    await new Promise<void>((resolve) => deaf.once('connect', resolve));
    deaf.on('error', () => undefined);
    deaf.pause();
    await new Promise<void>((resolve) => {
      deaf.write('GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n', () => resolve());
    });
    await pipeline.ui.close();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow(/fetch failed/);
    deaf.destroy();
  });
});
