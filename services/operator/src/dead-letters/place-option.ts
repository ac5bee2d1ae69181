import { InvalidArgumentError } from 'commander';
import type { RecordPosition } from '../topic/requeue-topic.ts';
import { parsePlace } from './stored-dead-letters.ts';

/** `0:17` on the command line. */
export function parsePlaceOption(text: string): RecordPosition {
  try {
    return parsePlace(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** Several of them: commander hands over what came before. */
export function collectPlaces(
  text: string,
  before: readonly RecordPosition[] = [],
): readonly RecordPosition[] {
  return [...before, parsePlaceOption(text)];
}
