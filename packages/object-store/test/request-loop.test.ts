import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRequestLoop, type Failure, type StoreOperation } from '../src/request-loop.ts';
import { recordingClock } from './recording-clock.ts';

const operations: readonly StoreOperation[] = [
  'get',
  'put',
  'put-if-absent',
  'put-if-match',
  'list',
  'delete',
];
const kinds: readonly Failure['kind'][] = ['not-done', 'unanswered', 'refused'];

describe('the request loop', () => {
  it('never repeats what may have been done unless that is harmless, nor what is refused, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operations),
        fc.array(fc.constantFrom(...kinds), { maxLength: 8 }),
        fc.integer({ min: 1, max: 6 }),
        async (operation, failures, attempts) => {
          const loop = createRequestLoop('store', { clock: recordingClock(), retry: { attempts } });
          const left = [...failures];
          let tried = 0;
          const outcome = await loop
            .perform({
              operation,
              attempt: async () => {
                tried++;
                if (left.length > 0) throw new Error('failed');
                return { result: 'ok', value: 'done' };
              },
              explain: () => ({ kind: left.shift() ?? 'refused', message: 'failed' }),
            })
            .catch((error: unknown) => error);

          const harmless = operation !== 'put-if-absent' && operation !== 'put-if-match';
          const last = failures.findIndex(
            (kind) => kind === 'refused' || (kind === 'unanswered' && !harmless),
          );
          const needed = last === -1 ? failures.length + 1 : last + 1;
          expect(tried).toBe(Math.min(needed, attempts));
          const succeeded = last === -1 && needed <= attempts;
          const code = failures[tried - 1] === 'refused' ? 'refused' : 'unavailable';
          expect(outcome).toEqual(
            succeeded ? 'done' : expect.objectContaining({ name: 'ObjectStoreError', code }),
          );
        },
      ),
    );
  });

  it('waits a random time below a bound that doubles up to a cap', async () => {
    const clock = recordingClock();
    const draws = [0, 0.25, 0.5, 0.75, 0.999, 0.5, 0.5];
    const loop = createRequestLoop('store', {
      clock,
      random: () => draws.shift() ?? 0,
      retry: { attempts: 8, firstMs: 10, longestMs: 100 },
    });
    const request = loop.perform({
      operation: 'get',
      attempt: () => Promise.reject(new Error('down')),
      explain: (cause) => ({ kind: 'unanswered', message: 'It is down.', cause }),
    });
    await expect(request).rejects.toThrow('It is down. This was attempt 8.');
    expect(clock.waits).toEqual([0, 5, 20, 60, 99.9, 50, 50]);
  });
});
