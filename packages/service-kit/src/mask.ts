/** Stands in the place of a secret. */
export const MASK = '********';

/**
 * A text without the logins that addresses in it may carry: `s3a://key:secret@bucket/` becomes `s3a://********@bucket/`, and
 * `a:9092,key:secret@b:9092` becomes `a:9092,********@b:9092`. In linear time: what is masked comes from outside.
 */
export function hideLogins(text: string): string {
  return text.replaceAll(/[^\s"']+/g, hideInWord);
}

/** With a scheme anything before the last @ is a login: a password may hold slashes and commas, as many secret keys do. */
function hideInWord(word: string): string {
  const end = word.lastIndexOf('@');
  const colon = word.indexOf('://');
  if (colon < 0 || colon > end) return word.split(',').map(hideInPart).join(',');
  let scheme = colon;
  while (scheme > 0 && /[a-z0-9+.-]/i.test(word.charAt(scheme - 1))) scheme--;
  const before = word.slice(0, scheme).split(',');
  const last = before.pop() ?? '';
  // In `user:pass://word@host` it is no scheme but part of the password.
  const shown = last.includes(':') ? '' : word.slice(scheme - last.length, colon + 3);
  return [...before.map(hideInPart), `${shown}${MASK}${word.slice(end)}`].join(',');
}

/** Without a scheme it takes a colon: `user@host` is shown. */
function hideInPart(part: string): string {
  const end = part.lastIndexOf('@');
  const colon = part.indexOf(':');
  return colon > 0 && colon < end ? `${MASK}${part.slice(end)}` : part;
}
