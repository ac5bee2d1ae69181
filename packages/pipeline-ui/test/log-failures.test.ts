import { silentLogger } from '@client-tickets/micro-batch';
import { describe, expect, it } from 'vitest';
import { createUiPipeline } from './ui-pipeline.ts';

describe('a mistake in the pipeline UI', () => {
  it('is logged, and the query goes on', async () => {
    const logged: string[] = [];
    const logger = { ...silentLogger, error: (_: object, message: string) => logged.push(message) };
    const { ui } = createUiPipeline({ logger });
    ui.listener.onProgress?.({} as never);
    ui.onStoreRequest(null as never);
    expect(logged).toEqual([
      'the pipeline UI made a mistake; the query goes on',
      'the pipeline UI made a mistake; the query goes on',
    ]);
  });

  it('in a handler answers 500 without saying more than that', async () => {
    const { ui, get } = createUiPipeline();
    ui.attach({
      status: () => {
        throw new Error('a secret detail');
      },
      pause: () => undefined,
      resume: () => undefined,
    });
    const { status, body } = await get('/api/v1/status');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});
