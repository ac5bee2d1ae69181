import type { Failure } from './failure.ts';
import { KafkaError } from './kafka-error.ts';
import { refusalAdvice } from './refusal-advice.ts';

/** A failure as an error of this package, which says what to do about it. `action` is a phrase such as `reading tickets`. */
export function describeFailure(action: string, failure: Failure, cause: unknown): KafkaError {
  const { kind, reason } = failure;
  switch (kind) {
    case 'topic_missing':
      return new KafkaError(
        'topic_missing',
        `${capital(action)} failed: ${reason}. Create the topic, or name another.`,
        {
          cause,
        },
      );
    case 'refused':
      return new KafkaError(
        'refused',
        `${capital(action)} was refused: ${reason}. ${refusalAdvice(failure)}`,
        { cause },
      );
    case 'transient':
      return new KafkaError(
        'unavailable',
        `${capital(action)} failed: ${reason}. Check that the brokers run and can be reached.`,
        { cause },
      );
    case 'unexplained':
      return new KafkaError('failed', `${capital(action)} failed: ${reason}. The log has each attempt.`, {
        cause,
      });
  }
}

const capital = (phrase: string): string => phrase.charAt(0).toUpperCase() + phrase.slice(1);
