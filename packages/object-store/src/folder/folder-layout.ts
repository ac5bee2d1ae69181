import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Everything that is not an object lives below this one name. Readers skip it: it starts with a dot. */
const HIDDEN_FOLDER = '.object-store';

/** Where things lie inside a local location. No name below the hidden folder ends like a data file. */
export interface FolderLayout {
  readonly root: string;
  /** Of what is written before it gets its name. */
  readonly temporary: string;
  readonly locks: string;
  readonly metadata: string;
  objectPath(key: string): string;
  /** Flat, as a key may be the name of a folder in another key. The file itself says which key it belongs to. */
  metadataPath(key: string): string;
}

export function folderLayout(root: string): FolderLayout {
  const hidden = join(root, HIDDEN_FOLDER);
  const metadata = join(hidden, 'metadata');
  return {
    root,
    temporary: join(hidden, 'temporary'),
    locks: join(hidden, 'locks'),
    metadata,
    objectPath: (key) => join(root, ...key.split('/')),
    metadataPath: (key) => join(metadata, createHash('sha256').update(key).digest('hex')),
  };
}
