// https://webassembly.github.io/spec/core/binary/: as much of it as a function takes that works on one memory.

/** Instructions; those of an expression leave its value on the stack. */
type Code = readonly number[];
/** What an expression may be made of: numbers stand for themselves. */
type Operand = number | Local | Code;

type Run = (...numbers: number[]) => number;

/** Node.js has it, and leaves its types to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: { readonly own: { readonly memory: object } },
  ) => { readonly exports: { readonly run: Run } };
};

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const I32 = 0x7f;
const NO_RESULT = 0x40;
const END = 0x0b;

/** A variable of 32 bits. */
export class Local {
  readonly #index: number;

  constructor(index: number) {
    this.#index = index;
  }

  get value(): Code {
    return [0x20, this.#index];
  }

  set(value: Operand): Code {
    return [...code(value), 0x21, this.#index];
  }

  add(value: Operand): Code {
    return this.set(add(this, value));
  }
}

const code = (operand: Operand): Code =>
  operand instanceof Local
    ? operand.value
    : typeof operand === 'number'
      ? [0x41, ...signed(operand)]
      : operand;

const binary =
  (instruction: number) =>
  (a: Operand, b: Operand): Code => [...code(a), ...code(b), instruction];

export const add = binary(0x6a);
export const subtract = binary(0x6b);
export const and = binary(0x71);
export const or = binary(0x72);
export const shiftRight = binary(0x76);
export const isEqual = binary(0x46);
export const isLess = binary(0x49);

/** Unsigned numbers of so many bits, at any address. */
export const load8 = (address: Operand): Code => [...code(address), 0x2d, 0, 0];
export const load16 = (address: Operand): Code => [...code(address), 0x2f, 0, 0];
const load64 = (address: Operand): Code => [...code(address), 0x29, 0, 0];

export const copy8 = (to: Operand, from: Operand): Code => [...code(to), ...load8(from), 0x3a, 0, 0];
export const copy64 = (to: Operand, from: Operand): Code => [...code(to), ...load64(from), 0x37, 0, 0];

export const when = (condition: Operand, then: readonly Code[], otherwise: readonly Code[] = []): Code => [
  ...code(condition),
  0x04,
  NO_RESULT,
  ...then.flat(),
  0x05,
  ...otherwise.flat(),
  END,
];

const loop = (body: readonly Code[], again: Code): Code => [0x03, NO_RESULT, ...body.flat(), ...again, END];

/** Does it again and again, until it gives something back. */
export const repeat = (body: readonly Code[]): Code => loop(body, [0x0c, 0]);

/** Does it once, and again while the condition holds. */
export const repeatWhile = (condition: Operand, body: readonly Code[]): Code =>
  loop(body, [...code(condition), 0x0d, 0]);

export const giveBack = (value: Operand): Code => [...code(value), 0x0f];

/** A function of so many numbers, the first locals, which gives one back. Each call makes one with a memory of so many pages of its own. */
export function wasmFunction(options: {
  readonly parameters: number;
  readonly locals: number;
  readonly body: readonly Code[];
}): (pages: number) => { readonly memory: Uint8Array; readonly run: Run } {
  const { parameters, locals, body } = options;
  const unreachable = 0x00; // behind a body that gives something back
  const instructions = [1, ...unsigned(locals - parameters), I32, ...body.flat(), unreachable, END];
  const module = new WebAssembly.Module(
    Uint8Array.from([
      ...MAGIC_AND_VERSION,
      ...section(1, [[0x60, parameters, ...Array<number>(parameters).fill(I32), 1, I32]]),
      ...section(2, [[...text('own'), ...text('memory'), 2, 0, 1]]),
      ...section(3, [[0]]),
      ...section(7, [[...text('run'), 0, 0]]),
      ...section(10, [[...unsigned(instructions.length), ...instructions]]),
    ]),
  );
  return (pages) => {
    const memory = new WebAssembly.Memory({ initial: pages });
    const { run } = new WebAssembly.Instance(module, { own: { memory } }).exports;
    return { memory: new Uint8Array(memory.buffer), run };
  };
}

const list = (parts: readonly Code[]): Code => [...unsigned(parts.length), ...parts.flat()];

const text = (name: string): Code => [name.length, ...Buffer.from(name)];

function section(id: number, parts: readonly Code[]): Code {
  const content = list(parts);
  return [id, ...unsigned(content.length), ...content];
}

/** Seven bits a byte. */
function unsigned(number: number): Code {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...unsigned(number >>> 7)];
}

function signed(number: number): Code {
  const isLast = number >= -0x40 && number < 0x40;
  return isLast ? [number & 0x7f] : [(number & 0x7f) | 0x80, ...signed(number >> 7)];
}
