import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** What `patches/` adds to kafkajs: see its own comments. */
interface ResponseReader {
  read(data: Buffer, onResponse: (response: Buffer) => void): void;
  reset(): void;
}
const newReader = createRequire(import.meta.url)('kafkajs/src/network/responseReader.js');
const createReader = (): ResponseReader => Reflect.construct(newReader, []);

function response(payload: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(payload.length);
  return Buffer.concat([size, payload]);
}

test('responses come out whole, wherever the stream is cut, from memory that is used again for each cut', () => {
  const responses = fc.array(fc.uint8Array({ maxLength: 40 }).map(response), { maxLength: 8 });
  fc.assert(
    fc.property(responses, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent);
      const memory = Buffer.alloc(60);
      const reader = createReader();
      const found: Buffer[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const copied = stream.copy(memory, 0, at, at + (cuts[turn % cuts.length] ?? 1));
        reader.read(memory.subarray(0, copied), (each) => found.push(each));
        at += copied;
      }
      expect(found).toEqual(sent);
    }),
    { seed: 41 },
  );
});

test('a size that no broker sends is refused before any memory is taken for it', () => {
  const reader = createReader();
  const before = process.memoryUsage().arrayBuffers;
  const announce = (size: number): Buffer =>
    Buffer.from([size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  const none = (): void => expect.fail('no response is whole');
  for (const size of [0x7fffffff, 128 * 1024 * 1024 + 1]) {
    expect(() => reader.read(announce(size), none)).toThrow(/at most 134217728 bytes, found/);
    reader.reset();
  }
  reader.read(Buffer.concat([announce(128 * 1024 * 1024), Buffer.from([1, 2, 3])]), none);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
});

test('a response of 40 megabytes, which is grown into, comes out as it was sent', () => {
  const payload = Buffer.alloc(40 * 1024 * 1024, 'client tickets');
  const reader = createReader();
  const found: Buffer[] = [];
  const sent = response(payload);
  for (let at = 0; at < sent.length; at += 1_000_003)
    reader.read(sent.subarray(at, at + 1_000_003), (each) => found.push(each));
  expect(found).toHaveLength(1);
  expect(found[0]?.equals(sent)).toBe(true);
});

test('a size below zero is refused, and after a reset the next stream is read', () => {
  const reader = createReader();
  const found: Buffer[] = [];
  const read = (data: Buffer): void => reader.read(data, (each) => found.push(each));
  expect(() => read(Buffer.from([0xff, 0, 0, 0]))).toThrow(RangeError);
  reader.reset();
  read(response(Buffer.from('pong')));
  expect(found.map(String)).toEqual(['\0\0\0\x04pong']);
});
