import { ObjectStoreError } from '@client-tickets/micro-batch';

export type UserMetadata = Readonly<Record<string, string>>;

const MAX_BYTES = 2048; // S3's limit for names and values together

/**
 * Throws `ObjectStoreError` (`refused`) for metadata that would not come back from S3 as it went in. Values travel as HTTP
 * headers: outer spaces get lost there, and some servers (SeaweedFS 4.48) drop empty values.
 */
export function assertMetadata(metadata: UserMetadata): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    bytes += name.length + value.length;
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
      throw refused(
        `name ${JSON.stringify(name)} may hold small letters, digits, dot, dash and underscore only`,
      );
    }
    if (!/^[!-~]([ -~]*[!-~])?$/.test(value)) {
      throw refused(`${name} must be printable ASCII without outer spaces, not ${JSON.stringify(value)}`);
    }
  }
  if (bytes > MAX_BYTES) throw refused(`has ${bytes} bytes; at most ${MAX_BYTES} are allowed`);
}

function refused(what: string): ObjectStoreError {
  return new ObjectStoreError('refused', `User metadata: ${what}.`);
}
