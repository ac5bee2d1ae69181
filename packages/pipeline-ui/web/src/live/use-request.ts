import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiProblem } from './api-client.ts';

export type Requested<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'there'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string };

/** Asks once, again when `key` changes, and whenever `again` is called. Late answers to earlier questions are dropped. */
export function useRequest<T>(
  key: string,
  ask: () => Promise<T>,
): { readonly answer: Requested<T>; readonly again: () => void } {
  const [answer, setAnswer] = useState<Requested<T>>({ kind: 'waiting' });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWanted = true;
    ask().then(
      (value) => isWanted && setAnswer({ kind: 'there', value }),
      (error: unknown) => isWanted && setAnswer({ kind: 'failed', message: messageOf(error) }),
    );
    return () => {
      isWanted = false;
    };
  }, [key, turn]);
  const again = useCallback(() => setTurn((last) => last + 1), []);
  return { answer, again };
}

export function messageOf(error: unknown): string {
  return error instanceof ApiProblem ? error.message : 'Something went wrong in this page.';
}
