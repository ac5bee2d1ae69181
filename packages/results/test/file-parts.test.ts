import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ObjectStoreError, type ObjectStore } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, interceptStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import {
  FileReplacedError,
  openParts,
  wholeFile,
  type FileParts,
  type OpenPartsOptions,
} from '../src/index.ts';
import { readJsonLineGroups, readJsonLines } from '../src/read/read-json-lines.ts';
import { readParquetTable } from '../src/read/read-parquet-table.ts';
import { withFooter } from './planted-pages.ts';

const KEY = 'tickets_json/partition=0/a.json';

/** A store with one file, and which requests were made of it. */
function storeOf(body: Uint8Array) {
  const objects = new MemoryObjects();
  objects.write(KEY, body);
  const requests: string[] = [];
  let before: (request: number) => Promise<void> | void = () => undefined;
  const store = interceptStore(
    createMemoryObjectStore('memory://results/', objects),
    async (request, send) => {
      requests.push(request.operation);
      await before(requests.length);
      return send();
    },
  );
  return { objects, store, requests, onRequest: (call: typeof before) => (before = call) };
}

async function open(store: ObjectStore, size: number, options: OpenPartsOptions): Promise<FileParts> {
  const file = await openParts(store, { key: KEY, size }, options);
  if (file === undefined) throw new Error('the file is not there');
  return file;
}

/** What a reader came to: values, and then perhaps why it got no further. */
async function outcome<T>(groups: AsyncIterable<Iterable<T>>): Promise<readonly (T | string)[]> {
  const read: (T | string)[] = [];
  try {
    for await (const group of groups) for (const value of group) read.push(value);
  } catch (error) {
    read.push(String(error));
  }
  return read;
}

async function* inOneGroup<T>(values: Iterable<T>): AsyncGenerator<Iterable<T>> {
  yield values;
}

describe('the lines of a JSON file', () => {
  const names = new Set(['text']);
  const inParts = async (body: Uint8Array, partBytes: number) => {
    const { store } = storeOf(body);
    return outcome(readJsonLineGroups(await open(store, body.length, { partBytes }), names));
  };
  const whole = (body: Uint8Array) => outcome(inOneGroup(readJsonLines(body, names)));

  const line = fc
    .string({ unit: 'binary', maxLength: 12 })
    .map((text) => Buffer.from(`${JSON.stringify({ text })}\n`));
  const damage = fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    fc.constantFrom('\n', '{\n', 'null\n', '\ufeff{}\n', '{"text":"é"').map((text) => Buffer.from(text)),
    fc.constantFrom([0xff], [0xc3], [0xc3, 0x0a], [0xe2, 0x82]).map((bytes) => Buffer.from(bytes)),
  );

  test('are the same in parts of any size, up to where the file is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        damage,
        fc.nat(),
        fc.integer({ min: 1, max: 300 }),
        async (lines, wrong, place, partBytes) => {
          const sound = Buffer.concat(lines);
          const at = place % (sound.length + 1);
          const body = Buffer.concat([sound.subarray(0, at), wrong ?? Buffer.alloc(0), sound.subarray(at)]);
          const read = await inParts(body, partBytes);
          expect(read).toEqual(await whole(body));
          if (wrong !== undefined) return;
          const parsed = lines.map((each, index) => ({ value: JSON.parse(String(each)), number: index + 1 }));
          expect(read).toMatchObject(parsed);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('are the same wherever a part ends: in a character, before a newline, after it', async () => {
    const texts = ['', 'é', '€ and 🎫', 'a\nb', 'x'.repeat(40), '日本'];
    const body = Buffer.from(texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
    for (let partBytes = 1; partBytes <= body.length + 1; partBytes += 1) {
      const read = await inParts(body, partBytes);
      expect(read, `parts of ${partBytes}`).toMatchObject(
        texts.map((text, index) => ({ value: { text }, number: index + 1 })),
      );
    }
  });

  test('end where a torn file does, wherever it was torn', async () => {
    const body = Buffer.from('{"text":"é"}\n{"text":"€"}\n');
    for (let size = 1; size < body.length; size += 1) {
      const torn = body.subarray(0, size);
      const expected = await whole(torn);
      if (size !== 14) expect(expected.at(-1)).toMatch(/^RangeError: (line \d is not ended|expected UTF-8)/);
      for (const partBytes of [1, 2, 3, 7, 14, 15]) expect(await inParts(torn, partBytes)).toEqual(expected);
    }
  });
});

describe('the row groups of a Parquet file', () => {
  /** Of one text and one number, in groups of these sizes. */
  function fileOf(groups: readonly number[]): Uint8Array {
    const writer = new ByteWriter();
    const file = new ParquetWriter({
      writer,
      schema: [
        { name: 'row', num_children: 2 },
        { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'number', type: 'INT32', repetition_type: 'REQUIRED' },
      ],
    });
    let from = 0;
    for (const rows of groups) {
      const numbers = Array.from({ length: rows }, (_, index) => from + index);
      const columnData = [
        { name: 'text', data: numbers.map((number) => `été ${(number * 7) % 13}`) },
        { name: 'number', data: numbers },
      ];
      void file.write({ columnData, rowGroupSize: rows });
      from += rows;
    }
    void file.finish();
    return writer.getBytes();
  }

  async function* rowsOf(file: FileParts) {
    for await (const { start, rows } of readParquetTable(file, 10_000n, () => ['text', 'number'])) {
      yield [start];
      yield rows();
    }
  }
  const inParts = async (body: Uint8Array, partBytes: number) => {
    const { store, requests } = storeOf(body);
    const read = await outcome<unknown>(rowsOf(await open(store, body.length, { first: 'end', partBytes })));
    return { read, requests };
  };
  const whole = (body: Uint8Array) => outcome<unknown>(rowsOf(wholeFile(body)));
  const groups = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 5 });

  test('are the same in parts of any size', async () => {
    await fc.assert(
      fc.asyncProperty(groups, fc.integer({ min: 8, max: 3_000 }), async (sizes, partBytes) => {
        const body = fileOf(sizes);
        const rows = sizes.reduce((sum, size) => sum + size, 0);
        const { read } = await inParts(body, partBytes);
        expect(read).toEqual(await whole(body));
        expect(read.filter((each) => typeof each === 'object')).toHaveLength(rows);
        if (rows > 0) expect(read.at(-1)).toMatchObject({ number: rows - 1 });
      }),
      { numRuns: 100 },
    );
  });

  test('are the same up to where the file is damaged, for the same reason', async () => {
    const change = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(
        groups,
        change,
        fc.nat(),
        fc.integer({ min: 8, max: 3_000 }),
        async (sizes, bytes, cut, partBytes) => {
          const body = Buffer.from(fileOf(sizes));
          for (const [at, by] of bytes) body[at % body.length] = ((body[at % body.length] ?? 0) + by) % 256;
          const damaged = cut % 3 === 0 ? body.subarray(cut % body.length) : body;
          const { read } = await inParts(damaged, partBytes);
          expect(read).toEqual(await whole(damaged));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('take a request for each part, and one for the footer', async () => {
    const body = fileOf([300, 300, 300]);
    const footer = Buffer.from(body).readUInt32LE(body.length - 8) + 8;
    const group = Math.ceil((body.length - footer) / 3);
    expect(group).toBeGreaterThan(footer);
    for (const [partBytes, parts] of [
      [footer, 3],
      [2 * group, 1], // the last one came with the footer
      [3 * group, 1],
    ] as const) {
      const { read, requests } = await inParts(body, partBytes);
      expect(read).toHaveLength(903);
      expect(requests).toEqual(Array(1 + parts).fill('getPart'));
    }
  });

  test('that overlap, so that a small footer would have a large file read again and again, are refused', async () => {
    const body = withFooter(fileOf([20, 20]), (metadata) => {
      const [group] = metadata.row_groups;
      if (group !== undefined) metadata.row_groups = [group, group];
    });
    const read = await whole(body);
    expect(read).toHaveLength(1);
    expect(read[0]).toBe('RangeError: a row group begins before the one ahead of it ends');
  });
});

describe('a file', () => {
  const body = Buffer.from(Array.from({ length: 100 }, (_, number) => `{"text":${number}}\n`).join(''));
  const size = body.length;
  const readAll = async (file: FileParts) => outcome(readJsonLineGroups(file, new Set(['text'])));

  test('that is no larger than a part is one plain request', async () => {
    const { store, requests } = storeOf(body);
    expect(await readAll(await open(store, size, { partBytes: size }))).toHaveLength(100);
    expect(requests).toEqual(['get']);
  });

  test('that is larger takes a request for each part, of which one is on its way while one is looked at', async () => {
    const { store, requests } = storeOf(body);
    const file = await open(store, size, { partBytes: Math.ceil(size / 4) });
    expect(requests).toEqual(['getPart']);
    const made: number[] = [];
    for await (const group of readJsonLineGroups(file, new Set(['text'])))
      if ([...group].length > 1) made.push(requests.length);
    expect(made).toEqual([2, 3, 4, 4]);
    expect(new Set(requests)).toEqual(new Set(['getPart']));
  });

  test.for(['replaced', 'replaced by the same bytes', 'deleted'] as const)(
    'that is %s between two parts is named, and nothing of the other one is seen',
    async (what) => {
      const { objects, store, onRequest } = storeOf(body);
      const file = await open(store, size, { partBytes: 200 });
      onRequest((request) => {
        if (request !== 4) return;
        if (what === 'deleted') objects.remove(/./);
        else objects.write(KEY, what === 'replaced' ? Buffer.alloc(size, 'x') : body);
      });
      const read = await readAll(file);
      expect(read.at(-1)).toBe(`FileReplacedError: ${KEY} was replaced or deleted while it was read`);
      expect(read.slice(0, -1)).toEqual((await readAll(wholeFile(body))).slice(0, read.length - 1));
      await expect(file.read(0, 1)).rejects.toBeInstanceOf(FileReplacedError);
    },
  );

  test('that is not there, or has become shorter than the part that is asked for, is not opened', async () => {
    const { objects, store } = storeOf(body);
    const options = { partBytes: 200, first: 'end' } as const;
    objects.write(KEY, body.subarray(0, 10));
    expect(await openParts(store, { key: KEY, size }, options)).toBeUndefined();
    objects.remove(/./);
    expect(await openParts(store, { key: KEY, size }, options)).toBeUndefined();
    expect(await openParts(store, { key: KEY, size: 10 }, options)).toBeUndefined();
  });

  test('that has become longer is read as it is by now', async () => {
    const { objects, store } = storeOf(body);
    objects.write(KEY, Buffer.concat([body, body]));
    for (const first of ['start', 'end'] as const)
      expect(await readAll(await open(store, size, { partBytes: 200, first }))).toHaveLength(200);
  });

  test('whose store fails between two parts fails with what the store says', async () => {
    const { store, onRequest } = storeOf(body);
    const file = await open(store, size, { partBytes: 200 });
    const failure = new ObjectStoreError('unavailable', 'no answer');
    onRequest((request) => (request === 3 ? Promise.reject(failure) : undefined));
    expect((await readAll(file)).at(-1)).toBe('ObjectStoreError: no answer');
  });

  test('that is larger than any that is written is not asked for', async () => {
    const { store, requests } = storeOf(body);
    await expect(openParts(store, { key: KEY, size: 400_000_000 })).rejects.toThrow(
      'expected at most 268435456 bytes',
    );
    expect(requests).toEqual([]);
  });
});
