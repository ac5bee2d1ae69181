import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

/** Reads what has been added to a file since the last time. */
export function createLogTail(path: string): { readNew(): Promise<string> } {
  const decoder = new StringDecoder('utf8');
  let at = 0;
  return {
    readNew: async () => {
      const file = await open(path);
      try {
        const { size } = await file.stat();
        const buffer = Buffer.alloc(size - at);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        at += bytesRead;
        return decoder.write(buffer.subarray(0, bytesRead));
      } finally {
        await file.close();
      }
    },
  };
}
