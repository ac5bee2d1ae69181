import type { TicketType } from '../ticket.ts';
import type { RequestWords } from './request-words.ts';

/** A sentence or two, with other words each time. */
export type Phrase = (words: RequestWords) => string;

/** A request is one of each, in this order. */
export interface RequestParts {
  readonly problem: readonly [Phrase, ...Phrase[]];
  readonly detail: readonly [Phrase, ...Phrase[]];
  readonly ask: readonly [Phrase, ...Phrase[]];
}

export interface RequestPhrases {
  /** Before the problem; some people write none. */
  readonly greeting: readonly [string, ...string[]];
  readonly parts: Readonly<Record<TicketType, RequestParts>>;
}
