import { viewOf } from '../bytes/byte-buffer.ts';
import { SLACK } from '../bytes/slack.ts';
import { END, type RecordParts } from './record-parts.ts';

const MOST_NODES = 256;
const LONGEST = SLACK - 8;
const NONE = -1;

// A node's numbers.
const NODE = 8;
const SIZE = 0; // of the literal
const ACTION = 1; // what follows: see RecordParts
const NEXT = 2; // the first node behind this one
const OTHER = 3; // another one in its place
const LAYOUT = 4; // of an END: its place in `#ends`
const FIRST = 5; // four bytes of the literal
const FINAL = 6; // its last four bytes
const MASK = 7; // of a literal below four bytes: what counts of the first ones

/** What is known of all records of one layout. */
export interface LayoutEnd {
  /** Its literals are those of JSON lines. */
  readonly isPlain: boolean;
  /** Fields that it does not name. */
  readonly absent: readonly number[];
  readonly unknownFields: readonly string[];
}

/**
 * The layouts that records were seen to have, as a tree: a node is what stands between two values, letter by letter, and
 * what follows. Programs write all their messages in one layout, so most records are read by comparing literals. Records that
 * begin alike share their first nodes, so producers with different layouts cost a comparison where they part, not a second look at
 * the record.
 */
export class Layouts {
  root = NONE;
  learned = 0;
  readonly #ints = new Int32Array(MOST_NODES * NODE);
  readonly #texts: DataView[] = [];
  readonly #ends: LayoutEnd[] = [];
  #used = 0; // numbers of `#ints`

  /**
   * The first of `node` and those in its place whose literal stands at `at`; negative: none. In one piece: it is called a dozen times
   * for each record, and whether V8 would inline a part of it is a matter of luck.
   */
  match(node: number, view: DataView, at: number): number {
    const ints = this.#ints;
    for (let each = node; each >= 0; each = ints[each + OTHER] ?? NONE) {
      const size = ints[each + SIZE] ?? 0;
      const first = view.getInt32(at, true);
      const known = ints[each + FIRST];
      if (size < 4) {
        if ((first & (ints[each + MASK] ?? 0)) === known) return each;
      } else if (first === known && view.getInt32(at + size - 4, true) === ints[each + FINAL]) {
        if (size <= 8 || this.#restIsAt(each, view, at, size)) return each;
      }
    }
    return NONE;
  }

  sizeOf(node: number): number {
    return this.#ints[node + SIZE] ?? 0;
  }

  actionOf(node: number): number {
    return this.#ints[node + ACTION] ?? END;
  }

  nextOf(node: number): number {
    return this.#ints[node + NEXT] ?? NONE;
  }

  otherOf(node: number): number {
    return this.#ints[node + OTHER] ?? NONE;
  }

  endOf(node: number): LayoutEnd | undefined {
    return this.#ends[this.#ints[node + LAYOUT] ?? 0];
  }

  learn(bytes: Uint8Array, parts: RecordParts, end: LayoutEnd): void {
    const { numbers, count } = parts;
    for (let part = 0; part < 3 * count; part += 3) {
      if ((numbers[part + 1] ?? 0) - (numbers[part] ?? 0) > LONGEST) return;
    }
    if (this.#used + count * NODE > this.#ints.length) this.#forget();
    this.learned += 1;
    let node = NONE;
    for (let part = 0; part < 3 * count; part += 3) {
      const literal = bytes.subarray(numbers[part], numbers[part + 1]);
      node = this.#nodeAfter(node, literal, numbers[part + 2] ?? END);
    }
    this.#ints[node + LAYOUT] = this.#ends.push(end) - 1;
  }

  #restIsAt(node: number, view: DataView, at: number, size: number): boolean {
    const known = this.#texts[node / NODE];
    if (known === undefined) return false;
    for (let done = 4; done < size - 4; done += 4) {
      if (view.getInt32(at + done, true) !== known.getInt32(done, true)) return false;
    }
    return true;
  }

  #nodeAfter(before: number, literal: Uint8Array, action: number): number {
    const ints = this.#ints;
    const first = before < 0 ? this.root : this.nextOf(before);
    const padded = new Uint8Array(LONGEST + 8);
    padded.set(literal);
    const view = viewOf(padded);
    let last = NONE;
    for (let node = first; node >= 0; node = this.otherOf(node)) {
      const isSame = this.sizeOf(node) === literal.length && this.actionOf(node) === action;
      if (isSame && this.match(node, view, 0) === node) return node;
      last = node;
    }
    const node = this.#used;
    this.#used += NODE;
    ints.fill(0, node, node + NODE);
    ints.set([literal.length, action, NONE, NONE], node);
    ints[node + FIRST] = view.getInt32(0, true);
    if (literal.length < 4)
      ints[node + MASK] = viewOf(new Uint8Array(4).fill(255, 0, literal.length)).getInt32(0, true);
    else ints[node + FINAL] = view.getInt32(literal.length - 4, true);
    this.#texts[node / NODE] = view;
    // Behind those that are there: what came first is mostly what comes most.
    if (last >= 0) ints[last + OTHER] = node;
    else if (before < 0) this.root = node;
    else ints[before + NEXT] = node;
    return node;
  }

  #forget(): void {
    this.root = NONE;
    this.#used = 0;
    this.#ends.length = 0;
  }
}
