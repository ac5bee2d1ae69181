import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { describe, expect, test } from 'vitest';
import { Lz4Frame } from '../../src/lz4/lz4-frame.ts';

const LIMIT = 8 * 1024 * 1024;

/** What the frame holds, decompressed into the middle of memory that ends right behind it, or `spare` bytes later. */
function decompress(data: Buffer, spare = 0): Buffer {
  const frame = new Lz4Frame(data, LIMIT);
  const before = 13;
  const memory = Buffer.alloc(before + frame.size + spare, 0xee);
  frame.decompressInto(memory, before);
  expect(memory.subarray(0, before)).toEqual(Buffer.alloc(before, 0xee));
  return memory.subarray(before, before + frame.size);
}

/** Texts that repeat themselves at short and long distances, as tickets do, and as runs of one byte do. */
const repetitive = fc
  .tuple(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 6 }),
    fc.array(fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 30 })), { maxLength: 60 }),
  )
  .map(([words, order]) =>
    Buffer.concat(
      order.flatMap(([word, times]) =>
        Array<Uint8Array>(times).fill(words[word % words.length] ?? new Uint8Array()),
      ),
    ),
  );

interface Sequence {
  readonly literals: string;
  /** How far back it begins, and how long it is; the last sequence has none. */
  readonly match?: readonly [number, number];
}

const times = (count: number, sequence: Sequence): readonly Sequence[] =>
  Array.from({ length: count }, () => sequence);

/** A block of sequences, each shorter than the lengths that take more than a nibble. */
function blockOf(sequences: readonly Sequence[]): Buffer {
  return Buffer.concat(
    sequences.map(({ literals, match }) => {
      const [distance, length] = match ?? [0, 4];
      const token = Buffer.from([(literals.length << 4) | (length - 4)]);
      const back = match === undefined ? [] : [distance & 255, distance >>> 8];
      return Buffer.concat([token, Buffer.from(literals), Buffer.from(back)]);
    }),
  );
}

/** `flags` are FLG's of the frame format; what they announce must lie in `header`, behind each block, and in `trailer`. */
function frameOf(
  blocks: readonly Buffer[],
  { flags = 0x60, header = 0, blockTrailer = 0, trailer = 0, isStored = false } = {},
): Buffer {
  const parts = blocks.flatMap((block) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(isStored ? block.length + 0x80000000 : block.length);
    return [size, block, Buffer.alloc(blockTrailer)];
  });
  return Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40]),
    Buffer.alloc(header),
    Buffer.from([0]), // the header's checksum
    ...parts,
    Buffer.alloc(4 + trailer),
  ]);
}

describe('an LZ4 frame', () => {
  test('holds what a library compressed into it, whatever lies behind it and behind the memory', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 200 }), repetitive),
        fc.nat({ max: 20 }),
        fc.uint8Array({ maxLength: 9 }),
        (bytes, spare, behind) => {
          const compressed = Buffer.concat([compressFrameSync(Buffer.from(bytes)), behind]);
          expect(Buffer.compare(decompress(compressed, spare), Buffer.from(bytes))).toBe(0);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('that was damaged is refused, or decompresses within its memory', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(repetitive, changes, (bytes, places) => {
        const compressed = Buffer.from(compressFrameSync(bytes));
        for (const [place, byte] of places) compressed[7 + (place % (compressed.length - 7))] = byte;
        try {
          decompress(compressed);
        } catch (error) {
          expect(error).toSatisfy((thrown) => thrown instanceof RangeError || isTooLarge(thrown));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['a match that overlaps itself by one byte', [{ literals: 'a', match: [1, 9] }], 'aaaaaaaaaa'],
    ['a match that overlaps itself by three bytes', [{ literals: 'abc', match: [3, 8] }], 'abcabcabcab'],
    ['a match that overlaps itself by five bytes', [{ literals: 'abcde', match: [5, 7] }], 'abcdeabcdeab'],
    [
      'matches alone',
      [
        { literals: 'ab', match: [2, 4] },
        { literals: '', match: [6, 4] },
      ],
      'abababababab'.slice(0, 10),
    ],
  ] as const)('has %s', (_, sequences, text) => {
    for (const end of ['', '.', 'some more']) {
      const block = blockOf([...sequences, { literals: end }]);
      expect(decompress(frameOf([block])).toString()).toBe(text + end);
    }
  });

  test('may have blocks that refer to the ones before them, which some clients write', () => {
    const blocks = [
      blockOf([{ literals: 'abcdefg' }]),
      blockOf([{ literals: '', match: [7, 7] }, { literals: '.' }]),
    ];
    expect(decompress(frameOf(blocks, { flags: 0x40 })).toString()).toBe('abcdefgabcdefg.');
  });

  test('may have a match in a block that begins as far before it as the format can say, and none farther', () => {
    const sequence = { literals: 'abcdefghijklmn', match: [14, 18] } as const;
    const before = blockOf([...times(2_100, sequence), { literals: '.' }]);
    const text = `${(sequence.literals.repeat(2) + 'abcd').repeat(2_100)}.`;
    const after = blockOf([{ literals: '!', match: [65_535, 18] }, { literals: '' }]);
    const start = text.length + 1 - 65_535;
    expect(decompress(frameOf([before, after])).toString()).toBe(`${text}!${text.slice(start, start + 18)}`);
    const short = blockOf([...times(2_047, sequence), { literals: 'some more...' }]);
    expect(() => decompress(frameOf([short, after]))).toThrow(/damaged/);
  });

  test('may have blocks of several megabytes, among others', () => {
    const words = ['one', 'another', 'a third one'].map((word) => Buffer.from(`${word}, and `));
    const large = Buffer.concat(
      Array.from({ length: 400_000 }, (_, index) => words[(index * index) % 3] ?? Buffer.alloc(0)),
    );
    for (const bytes of [large.subarray(0, 100), large, large.subarray(0, 700_000), large.subarray(0, 100)])
      expect(Buffer.compare(decompress(compressFrameSync(bytes)), bytes)).toBe(0);
  });

  test('may have its size, checksums of its blocks and one of its content, which are passed over', () => {
    const blocks = [blockOf([{ literals: 'first' }]), blockOf([{ literals: 'second' }])];
    const whole = frameOf(blocks, { flags: 0x7c, header: 8, blockTrailer: 4, trailer: 4 });
    expect(decompress(whole).toString()).toBe('firstsecond');
    expect(() => decompress(whole.subarray(0, -1))).toThrow(/cut off/);
  });

  test('may hold blocks as they are', () => {
    expect(decompress(frameOf([Buffer.from('as it is')], { isStored: true })).toString()).toBe('as it is');
  });

  test.each([
    [
      'a match that begins before the frame',
      frameOf([blockOf([{ literals: 'ab', match: [3, 4] }, { literals: '' }])]),
      /damaged/,
    ],
    [
      'a match that begins where it is',
      frameOf([blockOf([{ literals: 'ab', match: [0, 4] }, { literals: '' }])]),
      /damaged/,
    ],
    ['literals that lead past the block', frameOf([Buffer.from([0x50, 65, 66])]), /damaged/],
    [
      'a block that leads past the data',
      frameOf([Buffer.from('some')], { isStored: true }).subarray(0, 12),
      /cut off/,
    ],
    ['a dictionary', frameOf([], { flags: 0x61, header: 4 }), /dictionary/],
    ['another beginning', Buffer.from('not an LZ4 frame'), /no LZ4 frame/],
  ])('is refused with %s', (_, data, message) => {
    expect(() => decompress(data)).toThrow(message);
  });
});

const isTooLarge = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'BatchTooLarge';
