/** A line of a dead letter file, read by its contract alone: nothing of the code that wrote it is used. */
export interface DeadLetterLine {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly reason: string;
  readonly value_base64: string | null;
}

const BASE64 = 'base64:';

export function bytesOfKey({ key }: DeadLetterLine): Uint8Array | null {
  if (key === null) return null;
  return key.startsWith(BASE64) ? Buffer.from(key.slice(BASE64.length), 'base64') : Buffer.from(key);
}
