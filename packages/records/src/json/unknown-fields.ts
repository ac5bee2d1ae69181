import { membersOf } from './members.ts';

/** So many members become one text at once: as one string each, millions would take more memory than the message. */
const TOGETHER = 1_000;

/**
 * The unknown fields of a valid record as the text of a JSON object, each value as it was written: a number of 20 digits keeps
 * them all. `undefined` when there are none. `fields`: names that the record declares.
 */
export function unknownFieldsOf(value: Uint8Array, fields: ReadonlySet<string>): string | undefined {
  const text = Buffer.from(value.buffer, value.byteOffset, value.length);
  const parts: string[] = [];
  let members: string[] = [];
  for (const { name, nameStart, nameEnd, start, end } of membersOf(value, value.indexOf(0x7b))) {
    if (fields.has(name)) continue;
    members.push(`${text.toString('utf8', nameStart, nameEnd)}:${text.toString('utf8', start, end)}`);
    if (members.length < TOGETHER) continue;
    parts.push(members.join(','));
    members = [];
  }
  if (members.length > 0) parts.push(members.join(','));
  return parts.length === 0 ? undefined : `{${parts.join(',')}}`;
}
