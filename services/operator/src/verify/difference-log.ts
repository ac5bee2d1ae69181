import type { Difference } from './difference.ts';

/** Keeps the first differences and counts the rest, so that a location that is wrong all over does not fill the memory. */
export class DifferenceLog {
  readonly #most: number;
  readonly #kept: Difference[] = [];
  #more = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(differences: Iterable<Difference>): void {
    for (const difference of differences) {
      if (this.#kept.length < this.#most) this.#kept.push(difference);
      else this.#more += 1;
    }
  }

  get kept(): readonly Difference[] {
    return this.#kept;
  }

  /** How many are not kept. */
  get more(): number {
    return this.#more;
  }
}
