import * as fc from 'fast-check';
import { hostileCorpus } from './hostile-corpus.ts';
import { ticket, ticketJson } from './hostile-case.ts';

const MOST_EDITS = 4;
const DEEPEST = 2_000;

const corpusValues = hostileCorpus
  .map(({ value }) => value)
  .filter((value) => value !== null && value.length < 2_000)
  .filter((value) => value !== null);

const edit = fc.record({
  at: fc.nat(400),
  remove: fc.oneof(fc.nat(3), fc.nat(200)),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc
      .constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '\\u', '\0', '1e999')
      .map((text) => Buffer.from(text)),
  ),
});

/** Something that was nearly right, with a few bytes changed, left out, put in or cut off. */
const edited = fc
  .tuple(fc.constantFrom(Buffer.from(ticketJson), ...corpusValues), fc.array(edit, { maxLength: MOST_EDITS }))
  .map(([start, edits]) =>
    edits.reduce<Uint8Array>(
      (bytes, { at, remove, insert }) =>
        Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]),
      start,
    ),
  );

const jsonText = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom('9007199254740993', '1e400', '-0', '"\\ud800"', '""', 'null', '{"__proto__":1}'),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  ...Object.values(ticket).map((value) => fc.constant(JSON.stringify(value))),
);

/** Objects written out by hand: fields in any order, twice, missing, escaped, between blanks. */
const written = fc
  .array(
    fc.record({
      name: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...Object.keys(ticket)) },
        { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toJSON', '') },
      ),
      value: jsonText,
      blank: fc.constantFrom('', ' ', '\n', '\t'),
    }),
    { maxLength: 9 },
  )
  .chain((extra) =>
    fc
      .shuffledSubarray(Object.entries(ticket), { minLength: 5 })
      .map((members) => [
        ...extra.map(({ name, value, blank }) => `${blank}${JSON.stringify(name)}${blank}:${value}`),
        ...members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`),
      ]),
  )
  .map((members) => Buffer.from(`{${members.join(',')}}`));

const encoded = fc
  .tuple(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom('utf8', 'utf16le', 'latin1'),
    fc.boolean(),
  )
  .map(([request, encoding, marked]) =>
    Buffer.from(
      `${marked ? '\ufeff' : ''}${JSON.stringify({ ...ticket, request })}`,
      encoding as BufferEncoding,
    ),
  );

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"__proto__":'), fc.nat(DEEPEST), fc.boolean())
  .map(([open, depth, isClosed]) =>
    Buffer.from(`${open.repeat(depth)}${isClosed ? `0${(open === '[' ? ']' : '}').repeat(depth)}` : ''}`),
  );

/** Anything that a topic may hold. */
export const hostileValue: fc.Arbitrary<Uint8Array | null> = fc.oneof(
  { weight: 6, arbitrary: edited },
  { weight: 4, arbitrary: written },
  { weight: 2, arbitrary: encoded },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: fc.constant(null) },
);

/** Any key, also none, and one that looks like how a binary one is shown. */
export const hostileKey: fc.Arbitrary<Uint8Array | null> = fc.oneof(
  fc.constant(null),
  fc.constantFrom('', 'CL-417', 'base64:AAA=', 'clé', '"\u2028\\').map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 40 }),
);
