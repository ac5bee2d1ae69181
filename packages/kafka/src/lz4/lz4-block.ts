import {
  add,
  and,
  copy64,
  copy8,
  giveBack,
  isEqual,
  isLess,
  load16,
  load8,
  Local,
  repeat,
  repeatWhile,
  shiftRight,
  subtract,
  wasmFunction,
  when,
} from './wasm-function.ts';

// https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: a block is a list of sequences: a token, literals, how far back a
// match begins, and how long it is. The last sequence has literals only.
export const LONG = 15;
export const SHORTEST_MATCH = 4;
export const DISTANCE_BYTES = 2;
/** How far back a match may begin. */
const FARTHEST = 0xffff;

const WORD = 8;
const PAGE_BYTES = 65_536;
/** Where output begins in the memory, behind what a match may refer to. */
const OUTPUT = 65_536;
/** A decoder is kept that has room for blocks of 64 KiB, as Kafka's clients write them, or for larger ones up to so much. */
const USUAL_BYTES = 256 * 1024;
const MOST_KEPT_BYTES = 2 * 1024 * 1024;

const DAMAGED = 0;

const at = new Local(0);
const end = new Local(1);
const out = new Local(2);
const first = new Local(3);
const token = new Local(4);
const length = new Local(5);
const more = new Local(6);
const from = new Local(7);
const copied = new Local(8);

/** Where the length in a token is as long as it can say, more of it follows. */
const readLonger = when(isEqual(length, LONG), [
  repeatWhile(isEqual(more, 255), [more.set(load8(at)), at.add(1), length.add(more)]),
]);

/** Copies `length` bytes to `out`, and up to eight more: what lies behind them is written later, or is room. */
const copyWords = [
  copied.set(0),
  repeatWhile(isLess(copied, length), [copy64(add(out, copied), add(from, copied)), copied.add(WORD)]),
];

/** The same, byte by byte, as the match may be made of what is copied. */
const copyBytes = [
  copied.set(0),
  repeatWhile(isLess(copied, length), [copy8(add(out, copied), add(from, copied)), copied.add(1)]),
];

/**
 * Decompresses the block `[at, end)` to `out`, and says where the output ends; `DAMAGED`: a match begins before `first`, or where it
 * is itself. In WebAssembly, which copies eight bytes at a time on every Node.js and takes half of the time that JavaScript does.
 */
const decompress = wasmFunction({
  parameters: 4,
  locals: 9,
  body: [
    repeat([
      token.set(load8(at)),
      at.add(1),
      length.set(shiftRight(token, 4)),
      readLonger,
      from.set(at),
      ...copyWords,
      at.add(length),
      out.add(length),
      when(isEqual(at, end), [giveBack(out)]),
      from.set(subtract(out, load16(at))),
      at.add(DISTANCE_BYTES),
      length.set(and(token, LONG)),
      readLonger,
      length.add(SHORTEST_MATCH),
      when(isLess(from, first), [giveBack(DAMAGED)]),
      when(isLess(from, subtract(out, WORD - 1)), copyWords, [
        when(isEqual(from, out), [giveBack(DAMAGED)]),
        ...copyBytes,
      ]),
      out.add(length),
    ]),
  ],
});

const createDecoder = (bytes: number): ReturnType<typeof decompress> =>
  decompress(Math.ceil(bytes / PAGE_BYTES));

let kept = createDecoder(USUAL_BYTES);

/** Memory never grows in its place: that takes the old one away from its views, and V8 then looks at each access to any of them. */
function decoderFor(bytes: number): typeof kept {
  if (bytes <= kept.memory.length) return kept;
  const larger = createDecoder(bytes);
  if (bytes <= MOST_KEPT_BYTES) kept = larger;
  return larger;
}

/**
 * Decompresses the block `data[start, end)`, which was measured, so that its sequences end where it does, into `target[place,
 * place + size)`. Matches may begin at `earliest`. Throws a `RangeError` where one begins before that.
 */
export function decompressBlock(
  data: Uint8Array,
  [start, end]: readonly [number, number],
  target: Uint8Array,
  [place, size]: readonly [number, number],
  earliest: number,
): void {
  const input = OUTPUT + size + WORD;
  const inputEnd = input + end - start;
  const { memory, run } = decoderFor(inputEnd + WORD);
  const before = Math.min(place - earliest, FARTHEST);
  memory.set(data.subarray(start, end), input);
  if (before > 0) memory.set(target.subarray(place - before, place), OUTPUT - before);
  if (run(input, inputEnd, OUTPUT, OUTPUT - before) === DAMAGED) throw damaged();
  target.set(memory.subarray(OUTPUT, OUTPUT + size), place);
}

export const damaged = (): RangeError => new RangeError('the LZ4 frame is damaged');
