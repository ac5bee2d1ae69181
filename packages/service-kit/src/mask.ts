/** Stands in the place of a secret. */
export const MASK = '********';

// With a scheme anything before an @, else what has a colon in it. A password may hold slashes, as many secret keys do.
const LOGIN = /([a-z][a-z0-9+.-]*:\/\/)[^\s"']*@|[^\s"',]+:[^\s"',]*@/gi;

/** A text without the login that an address may carry: `s3a://key:secret@bucket/` becomes `s3a://********@bucket/`. */
export function hideLogins(text: string): string {
  return text.replaceAll(LOGIN, (_login, scheme: string | undefined) => `${scheme ?? ''}${MASK}@`);
}
