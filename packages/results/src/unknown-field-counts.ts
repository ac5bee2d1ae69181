import { showValue } from '@client-tickets/records';

const MOST_NAMES = 32;
/** Stands for all names past the first few, which a program that makes names up would fill memory and metrics with. */
const OTHER_FIELDS = 'other';

/** How many records had which fields that are not declared. */
export class UnknownFieldCounts {
  /** Records of one layout share one list, and mostly come one after the other. */
  #last: readonly string[] = [];
  #lastCount = 0;
  readonly #counts = new Map<string, number>();

  add(names: readonly string[]): void {
    if (names !== this.#last) {
      this.#flush();
      this.#last = names;
    }
    this.#lastCount += 1;
  }

  /** By name, as it may be shown: one line, bounded. */
  get counts(): Readonly<Record<string, number>> {
    this.#flush();
    return Object.fromEntries(this.#counts);
  }

  #flush(): void {
    for (const name of this.#lastCount === 0 ? [] : this.#last) {
      const shown = showValue(name).replaceAll(/^"|"$/g, '');
      const isKnown = this.#counts.has(shown) || this.#counts.size < MOST_NAMES;
      const key = isKnown ? shown : OTHER_FIELDS;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + this.#lastCount);
    }
    this.#lastCount = 0;
  }
}
