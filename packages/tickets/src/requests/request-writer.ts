import type { TicketType } from '../ticket.ts';
import { ENGLISH_PHRASES } from './english-phrases.ts';
import { FRENCH_PHRASES } from './french-phrases.ts';
import type { RequestPhrases } from './request-phrases.ts';
import { createRequestWords, type RequestLanguage } from './request-words.ts';

const PHRASES: Readonly<Record<RequestLanguage, RequestPhrases>> = {
  fr: FRENCH_PHRASES,
  en: ENGLISH_PHRASES,
};

/** Writes the next request of a type. */
export type RequestWriter = (type: TicketType) => string;

/**
 * Requests as clients write them, 40 to 400 characters long. The same language, seed and types asked for give the same requests.
 * Throws a `RangeError` when the seed is no integer from 0 to 2^53 - 1.
 */
export function createRequestWriter(language: RequestLanguage, seed: number): RequestWriter {
  const words = createRequestWords(language, seed);
  const { greeting, parts } = PHRASES[language];
  return (type) => {
    const { problem, detail, ask } = parts[type];
    const sentences = [problem, detail, ask].map((choices) => words.pick(choices)(words));
    return words.pick(greeting) + sentences.join(' ');
  };
}
