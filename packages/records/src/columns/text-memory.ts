import type { TextField } from '../declaration/field.ts';
import { TextDictionary, type TextRule } from './text-dictionary.ts';

const MOST_TEXTS = 65_536;
/** So many new texts, and more than half of all that came with them: they are mostly different. */
const MANY_NEW = 256;
const ROWS_REMEMBERED = 16_384;
/** Row groups until a dictionary is tried again. */
const PATIENCE = 16;

/** What is remembered of a text field from one row group to the next. It speeds up reading and changes no byte of a result. */
export class TextMemory {
  readonly accepts: TextRule;
  #dictionary: TextDictionary | undefined;
  #rows = 0;
  #newTexts = 0;
  #groupsWithout = 0;

  constructor(field: TextField) {
    this.accepts = ruleOf(field);
  }

  /** The dictionary for a new row group; columns that were begun with an older one go on with it. `undefined`: it would not pay. */
  begin(): TextDictionary | undefined {
    if (this.#groupsWithout > 0) {
      this.#groupsWithout -= 1;
      return undefined;
    }
    if (this.#dictionary === undefined || this.#dictionary.isHalfFull) {
      this.#dictionary = new TextDictionary(this.accepts, MOST_TEXTS);
    }
    return this.#dictionary;
  }

  /** A row group had so many rows with a dictionary. */
  addRows(rows: number): void {
    this.#rows += rows;
    if (this.#rows < ROWS_REMEMBERED) return;
    this.#rows /= 2;
    this.#newTexts /= 2;
  }

  /** A text came that was not in the dictionary, with `rows` rows of an unfinished row group. Whether these are too many. */
  addNew(rows: number): boolean {
    this.#newTexts += 1;
    if (this.#newTexts <= MANY_NEW || 2 * this.#newTexts <= this.#rows + rows) return false;
    this.giveUp();
    return true;
  }

  /** The texts are mostly different, or the dictionary is full. */
  giveUp(): void {
    this.#groupsWithout = PATIENCE;
    this.#dictionary = undefined;
    this.#rows = 0;
    this.#newTexts = 0;
  }
}

/** Of texts that are Unicode. */
function ruleOf({ pattern, minLength, maxLength }: TextField): TextRule {
  if (pattern === undefined && minLength <= 1 && maxLength === Infinity) {
    return (_bytes, start, end) => end - start >= minLength;
  }
  return (bytes, start, end) => {
    const text = bytes.toString('utf8', start, end);
    return text.length >= minLength && text.length <= maxLength && (pattern?.test(text) ?? true);
  };
}
