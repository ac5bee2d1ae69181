import { describe, expect, test } from 'vitest';
import { toChunk } from '../src/record-chunk.ts';

describe('a chunk', () => {
  const response = Buffer.from(
    'a large response of a broker: CL-100 and {"ticket_id":"TCK-00001"} and the rest',
  );
  const slice = (text: string): Buffer => {
    const start = response.indexOf(text);
    return response.subarray(start, start + text.length);
  };
  const message = (offset: string, key: Buffer | null, value: Buffer | null) => ({
    offset,
    timestamp: '1700000000000',
    key,
    value,
    attributes: 0,
    headers: {},
  });
  const chunk = toChunk({
    partition: 2,
    fetchedOffset: 7n,
    endOffset: 12n,
    messages: [message('7', slice('CL-100'), slice('{"ticket_id":"TCK-00001"}')), message('10', null, null)],
  });

  test('has the records, their offsets and the range they were read from', () => {
    expect(chunk).toMatchObject({ partition: 2, startOffset: 7n, endOffset: 12n });
    const records = chunk.records.map(({ offset, timestamp, key, value }) => ({
      offset,
      timestamp,
      key,
      value,
    }));
    expect(records).toEqual([
      {
        offset: 7n,
        timestamp: 1_700_000_000_000,
        key: Buffer.from('CL-100'),
        value: Buffer.from('{"ticket_id":"TCK-00001"}'),
      },
      { offset: 10n, timestamp: 1_700_000_000_000, key: null, value: null },
    ]);
  });

  test('keeps nothing of the response, and knows how much it holds', () => {
    expect(chunk.records[0]?.value?.buffer).not.toBe(response.buffer);
    expect(chunk.records[0]?.value?.buffer.byteLength).toBe(
      'CL-100'.length + '{"ticket_id":"TCK-00001"}'.length,
    );
    expect(chunk.bytes).toBeGreaterThan(31);
  });
});
