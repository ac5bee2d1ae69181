import { ByteLiteral } from './byte-literal.ts';
import { PRIORITIES, TICKET_TYPES } from './ticket.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const ASCII_END = 0x80;
const DAY_LENGTH = '2026-11-22'.length;
const TIME_LENGTH = '2026-11-22T09:30:00.000Z'.length;
const DAY_MS = 86_400_000;

const BEFORE_ID = new ByteLiteral('{"ticket_id":"TCK-');
const BEFORE_CLIENT = new ByteLiteral('","client_id":"CL-');
const BEFORE_TIME = new ByteLiteral('","created_at":"');
const BEFORE_REQUEST = new ByteLiteral('","request":"');
const BEFORE_TYPE = new ByteLiteral('","type":"');
const TYPES = byFirstByte(TICKET_TYPES, '","priority":"');
const PRIORITY_ENDS = byFirstByte(PRIORITIES, '"}');
const ID_START = '{"ticket_id":"'.length;
const MIN_ID_DIGITS = 5;
/** No ticket is shorter: so much can be looked at without asking where the message ends. */
const SHORTEST =
  BEFORE_ID.length +
  MIN_ID_DIGITS +
  BEFORE_CLIENT.length +
  3 +
  BEFORE_TIME.length +
  TIME_LENGTH +
  BEFORE_REQUEST.length;

/**
 * Reads tickets without allocating anything, where a message has the very form that `encodeTicket` writes: these fields
 * in this order, no blanks, no escapes, a time with milliseconds and `Z`. That is what all but a few messages look like, and
 * it takes a tenth of what `parseTicket` takes.
 *
 * It only ever says "yes" or "don't know". Whoever hears "don't know" asks `parseTicket`, which alone decides what a ticket
 * is; that both agree about every "yes" is a property that is tested.
 *
 * After a "yes" its fields tell where in `bytes` the ticket's parts are, until the next `scan`.
 */
export class TicketScanner {
  /** `TCK-00001` is `[idStart, idEnd)`. */
  idStart = 0;
  idEnd = 0;
  /** 417 of `CL-417`. */
  clientNumber = 0;
  /** Milliseconds since the epoch. */
  createdAt = 0;
  /** The request's UTF-8 is `[requestStart, requestEnd)`. */
  requestStart = 0;
  requestEnd = 0;
  /** Of `TICKET_TYPES`. */
  typeIndex = 0;
  /** Of `PRIORITIES`. */
  priorityIndex = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** The day that was read last, which is mostly the next one's, too: as its digits stand there, and in milliseconds. */
  #day0 = 0;
  #day4 = 0;
  #day6 = 0;
  #dayMs = Number.NaN;

  /** `bytes`: what the messages are pieces of. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Looks at the message `[start, end)`. `false`: don't know. */
  scan(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const view = this.#view;
    if (end - start < SHORTEST || !BEFORE_ID.isAt(view, start)) return false;
    this.idStart = start + ID_START;
    let at = start + BEFORE_ID.length;
    const digitsStart = at;
    while (isDigit(bytes[at])) at += 1;
    const fixedEnd = at + SHORTEST - BEFORE_ID.length - MIN_ID_DIGITS;
    if (at < digitsStart + MIN_ID_DIGITS || fixedEnd > end || !BEFORE_CLIENT.isAt(view, at)) return false;
    this.idEnd = at;

    at += BEFORE_CLIENT.length;
    this.clientNumber = digits(bytes, at, 3);
    if (!(this.clientNumber >= 100)) return false; // also when it is NaN
    at += 3;

    if (!BEFORE_TIME.isAt(view, at)) return false;
    at += BEFORE_TIME.length;
    this.createdAt = this.#dayAt(at) + timeOfDay(bytes, at + DAY_LENGTH);
    if (Number.isNaN(this.createdAt)) return false;
    at += TIME_LENGTH;

    if (!BEFORE_REQUEST.isAt(view, at)) return false;
    this.requestStart = at + BEFORE_REQUEST.length;
    this.requestEnd = endOfText(bytes, this.requestStart, end);
    return this.requestEnd > this.requestStart && this.#scanKinds(this.requestEnd, end);
  }

  #scanKinds(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const view = this.#view;
    const typeAt = start + BEFORE_TYPE.length;
    if (typeAt > end || !BEFORE_TYPE.isAt(view, start)) return false;
    const type = TYPES[bytes[typeAt] ?? 0];
    if (type === undefined) return false;
    const priorityAt = typeAt + type.literal.length;
    if (priorityAt > end || !type.literal.isAt(view, typeAt)) return false;
    const priority = PRIORITY_ENDS[bytes[priorityAt] ?? 0];
    if (priority === undefined || priorityAt + priority.literal.length !== end) return false;
    this.typeIndex = type.index;
    this.priorityIndex = priority.index;
    return priority.literal.isAt(view, priorityAt);
  }

  #dayAt(at: number): number {
    const view = this.#view;
    const day0 = view.getInt32(at, true);
    const day4 = view.getInt32(at + 4, true);
    const day6 = view.getInt32(at + 6, true);
    if (day0 !== this.#day0 || day4 !== this.#day4 || day6 !== this.#day6) {
      this.#day0 = day0;
      this.#day4 = day4;
      this.#day6 = day6;
      this.#dayMs = readDay(this.#bytes, at) * DAY_MS;
    }
    return this.#dayMs;
  }
}

interface Kind {
  readonly index: number;
  readonly literal: ByteLiteral;
}

/** No two of them begin with the same letter, so one look tells which it would have to be. */
function byFirstByte(names: readonly string[], after: string): readonly (Kind | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const index = names.findIndex((name) => name.charCodeAt(0) === byte);
    const name = names[index];
    return name === undefined ? undefined : { index, literal: new ByteLiteral(name + after) };
  });
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

/** `NaN` unless there are as many digits. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let number = 0;
  for (let i = at; i < at + count; i += 1) {
    const digit = (bytes[i] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** The days from 1970-01-01 to `2026-11-22`, of the years 1 to 9999; else `NaN`. */
function readDay(bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d) return Number.NaN;
  return daysSinceEpoch(digits(bytes, at, 4), digits(bytes, at + 5, 2), digits(bytes, at + 8, 2));
}

/** `T09:30:00.000Z` in milliseconds; else `NaN`. */
function timeOfDay(bytes: Uint8Array, at: number): number {
  if (
    bytes[at] !== 0x54 ||
    bytes[at + 3] !== 0x3a ||
    bytes[at + 6] !== 0x3a ||
    bytes[at + 9] !== 0x2e ||
    bytes[at + 13] !== 0x5a
  ) {
    return Number.NaN;
  }
  const hour = digits(bytes, at + 1, 2);
  const minute = digits(bytes, at + 4, 2);
  const second = digits(bytes, at + 7, 2);
  const millisecond = digits(bytes, at + 10, 3);
  const isTime = hour <= 23 && minute <= 59 && second <= 59;
  return isTime ? ((hour * 60 + minute) * 60 + second) * 1000 + millisecond : Number.NaN;
}

/** By the Gregorian calendar; `NaN` for a day that it does not have. Counts from 1 March, so that a leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) {
    return Number.NaN;
  }
  const shifted = month <= 2 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + Math.floor((monthFromMarch * 153 + 2) / 5) + day - 719_469;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Where the closing quote is; -1 when there is none, an escape, a control character or what is no UTF-8 before it. */
function endOfText(message: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = message[at] ?? 0;
    if (byte === QUOTE) return at;
    if (byte < 0x20 || byte === BACKSLASH) return -1;
    const length = byte < ASCII_END ? 1 : sequenceLength(message, at, byte);
    if (length === 0) return -1;
    at += length;
  }
  return -1;
}

/** Bytes of the UTF-8 sequence that `first` begins; 0 when it is none (RFC 3629, section 4). */
function sequenceLength(message: Uint8Array, at: number, first: number): number {
  const second = message[at + 1] ?? 0;
  if (first >= 0xc2 && first <= 0xdf) return isRest(second) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const fits = (first !== 0xe0 || second >= 0xa0) && (first !== 0xed || second <= 0x9f);
    return fits && isRest(second) && isRest(message[at + 2]) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const fits = (first !== 0xf0 || second >= 0x90) && (first !== 0xf4 || second <= 0x8f);
    return fits && isRest(second) && isRest(message[at + 2]) && isRest(message[at + 3]) ? 4 : 0;
  }
  return 0;
}

function isRest(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}
