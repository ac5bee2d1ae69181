import { beforeAll, describe, expect, test } from 'vitest';
import { ObjectStoreError } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  interceptStore,
  type MemoryObjects,
} from '@client-tickets/micro-batch/testing';
import type { VerifyReport } from '../src/verify/verify-report.ts';
import { startHistory, type History } from './support/history.ts';
import { verify } from './support/left-query.ts';

const PARTS = { partBytes: 400 };

let history: History;
beforeAll(async () => {
  history = startHistory({ seed: 3, records: 80, partitions: 1, maxOffsetsPerTrigger: 40 });
  await history.end();
});

/** Verifies a copy of the results by parts. `onPart`: before the nth part of the first JSON file is read. */
async function verifyParts(onPart: (number: number, results: MemoryObjects, key: string) => void) {
  const results = history.results.copy();
  const [key = ''] = results.keys(/^tickets_json\//);
  const requests: string[] = [];
  let number = 0;
  const store = interceptStore(
    createMemoryObjectStore('memory://results/', results),
    async (request, send) => {
      requests.push(`${request.operation} ${request.key}`);
      if (request.operation === 'getPart' && request.key === key) onPart((number += 1), results, key);
      return send();
    },
  );
  const report = await verify({ ...history, resultsStore: store }, { parts: PARTS });
  return { report, requests, key };
}

const codesOf = ({ differences }: VerifyReport) => differences.map(({ code, key }) => [code, key]);

describe('a file that is replaced while verify reads it', () => {
  test('by the same bytes, as a second consumer with the same plan does it, is read again, and proven', async () => {
    const { report, requests, key } = await verifyParts((number, results, key) => {
      if (number === 3) results.write(key, results.bytes(key));
    });
    expect(report).toMatchObject({ ok: true, differences: [] });
    const parts = Math.ceil(history.results.bytes(key).length / PARTS.partBytes);
    expect(parts).toBeGreaterThan(4);
    const made = requests.filter((request) => request === `getPart ${key}`).length;
    expect(made).toBeGreaterThan(parts);
    expect(made).toBeLessThanOrEqual(parts + 4);
  });

  test('by another file is found as that file is, and never half and half', async () => {
    const { report, key } = await verifyParts((number, results, key) => {
      if (number === 3)
        results.write(key, results.text(key).replaceAll(/"client_id":"[^"]*"/g, '"client_id":"CL-0"'));
    });
    const parquet = key.replace('tickets_json', 'tickets').replace('.json', '.parquet');
    expect(codesOf(report)).toEqual([['formats_differ', parquet]]);
    expect(report.differences[0]?.message).toContain('row 1 (offset');
  });

  test('again and again is named, and nothing is said of its rows', async () => {
    const { report, key } = await verifyParts((number, results, key) => {
      if (number % 3 === 0) results.write(key, results.bytes(key));
    });
    expect(codesOf(report)).toEqual([['file_replaced', key]]);
    expect(report.differences[0]?.message).toBe(
      `${key}: was replaced or deleted while it was read, so it proves nothing; files that are finished never change. Run this again`,
    );
  });

  test('and gone then is missing', async () => {
    const { report, key } = await verifyParts((number, results, key) => {
      if (number === 3) results.objects.delete(key);
    });
    expect(codesOf(report)).toContainEqual(['file_missing', key]);
  });
});

test('a store that fails in the middle of a file is no damage of the file: verify rejects as the store does', async () => {
  const verifying = verifyParts((number) => {
    if (number === 3) throw new ObjectStoreError('unavailable', 'no answer');
  });
  await expect(verifying).rejects.toThrow(new ObjectStoreError('unavailable', 'no answer'));
});

test('small files are a request each', async () => {
  const requests: string[] = [];
  const resultsStore = interceptStore(history.resultsStore, (request, send) => {
    requests.push(`${request.operation} ${request.key}`);
    return send();
  });
  expect(await verify({ ...history, resultsStore })).toMatchObject({ ok: true });
  const files = history.results.keys(/^(tickets|tickets_json|dead_letters)\/.*partition=/);
  expect(files.length).toBeGreaterThan(2);
  for (const key of files)
    expect(requests.filter((each) => each.endsWith(` ${key}`))).toEqual([`get ${key}`]);
});
