import { backoffMs } from '@client-tickets/micro-batch';
import { describeFailure } from './describe-failure.ts';
import type { Failure } from './failure.ts';
import type { KafkaError } from './kafka-error.ts';

export type Decision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'give_up'; readonly error: KafkaError };

const DELAYS = { firstMs: 250, longestMs: 15_000 };
// A broker that is starting, or a topic that is being created, can look as if it refused or did not exist.
const HOPELESS_LIMIT = 4;
const UNEXPLAINED_LIMIT = 8;

/**
 * How often a consumer is built again. Failures that can heal are tried again without end, with waits that double from 250 ms to
 * 15 s; those that can't are believed when seen four times in a row, unexplained ones after eight.
 */
export class RestartPolicy {
  readonly #action: string;
  #failures = 0;
  #hopeless = 0;
  #unexplained = 0;

  /** `action`: a phrase such as `reading tickets`. */
  constructor(action: string) {
    this.#action = action;
  }

  /** Something was read, or the consumer has lived for long: what failed before is past. */
  restore(): void {
    this.#failures = 0;
    this.#hopeless = 0;
    this.#unexplained = 0;
  }

  judge(failure: Failure, cause: unknown): Decision {
    const isHopeless = failure.kind === 'refused' || failure.kind === 'topic_missing';
    this.#failures += 1;
    this.#hopeless = isHopeless ? this.#hopeless + 1 : 0;
    this.#unexplained = failure.kind === 'unexplained' ? this.#unexplained + 1 : 0;
    if (this.#hopeless >= HOPELESS_LIMIT || this.#unexplained >= UNEXPLAINED_LIMIT) {
      return { kind: 'give_up', error: describeFailure(this.#action, failure, cause) };
    }
    return { kind: 'retry', delayMs: backoffMs(this.#failures, DELAYS) };
  }
}
