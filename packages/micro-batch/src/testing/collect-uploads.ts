import type { Upload, UploadOptions } from '../ports/object-store.ts';

/** A file as a handler made it. */
export interface HandledFile {
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
}

/** Takes what a handler uploads: `files` has what is complete, by its key, with a copy of all that was written. */
export function collectUploads(): {
  readonly beginUpload: (options: Omit<UploadOptions, 'owner'>) => Upload;
  readonly files: ReadonlyMap<string, HandledFile>;
} {
  const files = new Map<string, HandledFile>();
  const beginUpload = ({ contentType }: Omit<UploadOptions, 'owner'>): Upload => {
    const pieces: Uint8Array[] = [];
    return {
      write: async (bytes) => void pieces.push(Uint8Array.from(bytes)),
      complete: async (key) => void files.set(key, { key, body: Buffer.concat(pieces), contentType }),
      abort: async () => {},
    };
  };
  return { beginUpload, files };
}
