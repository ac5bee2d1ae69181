import { ObjectStoreError } from '@client-tickets/micro-batch';

const MAX_BYTES = 1024; // S3's limit
const RULE =
  'A key is relative, its parts separated by single slashes, no part empty or starting with a dot, without ' +
  `backslashes and control characters, at most ${MAX_BYTES} bytes.`;

/**
 * Whether `text` can be a key: `tickets/partition=0/a.json`. Parts that start with a dot are kept for what a store hides
 * (a local folder's lock and temporary files), which also shuts out `.` and `..`. The rule is the same for every store, so
 * that what works on a folder works on S3.
 */
export function isKey(text: string): boolean {
  return (
    !/[\\\p{Cc}\p{Surrogate}]/u.test(text) &&
    Buffer.byteLength(text) <= MAX_BYTES &&
    text.split('/').every((part) => part !== '' && !part.startsWith('.'))
  );
}

/** Throws `ObjectStoreError` (`refused`) when `text` can't be a key. */
export function assertKey(text: string): void {
  if (!isKey(text)) throw new ObjectStoreError('refused', `${JSON.stringify(text)} is no key. ${RULE}`);
}

/** Throws `ObjectStoreError` (`refused`) when no key could start with `text`. */
export function assertPrefix(text: string): void {
  if (text !== '' && !isKey(text.endsWith('/') ? text.slice(0, -1) : text)) {
    throw new ObjectStoreError('refused', `No key starts with ${JSON.stringify(text)}. ${RULE}`);
  }
}

/** The order in which stores list: that of the UTF-8 bytes, which is not that of JavaScript's strings. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
