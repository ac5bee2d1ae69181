import { isUtf8 } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordProblem } from '@client-tickets/records';
import { parseTicket } from '@client-tickets/tickets';

const ticket = {
  ticket_id: 'TCK-00001',
  client_id: 'CL-417',
  created_at: '2026-11-22T09:30:00.000Z',
  request: 'Problème de connexion',
  type: 'TECHNICAL',
  priority: 'LOW',
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (value: unknown) => parseTicket(bytes(JSON.stringify(value)));
const refused = (problem: RecordProblem, reason: string) => ({ ok: false, problem, reason });

describe('a ticket', () => {
  test('is read as it was written', () => {
    expect(parse(ticket)).toEqual({ ok: true, record: ticket, unknownFields: [] });
  });

  test('loses the fields that are not declared, and names them', () => {
    const json = JSON.stringify(ticket).replace('{', '{"__proto__":{"x":1},"extra":[{"a":1}],');
    const unknownFields = ['__proto__', 'extra'];
    expect(parseTicket(bytes(json))).toEqual({ ok: true, record: ticket, unknownFields });
  });

  test('takes the last of two fields with one name, as JSON.parse does', () => {
    const json = JSON.stringify(ticket).replace('{', '{"type":"SALES",');
    expect(parseTicket(bytes(json))).toMatchObject({ ok: true, record: ticket });
  });

  test.each([
    ['2026-11-22T09:30:00Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00.5Z', '2026-11-22T09:30:00.500Z'],
    ['2026-11-22T09:30:00.123456789Z', '2026-11-22T09:30:00.123456Z'],
    ['2026-11-22T09:30:00.123456+00:00', '2026-11-22T09:30:00.123456Z'],
    ['2026-11-22T09:30:00.123000+02:00', '2026-11-22T07:30:00.123Z'],
    ['2026-11-22T09:30:00-0330', '2026-11-22T13:00:00.000Z'],
    ['2026-11-22 09:30:00.5+02', '2026-11-22T07:30:00.500Z'],
    ['2026-11-22t09:30:00z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00.000001', '2026-11-22T09:30:00.000001Z'],
    ['0001-01-01T00:00:00-00:01', '0001-01-01T00:01:00.000Z'],
    ['2026-11-22T09:30:00+00:00', '2026-11-22T09:30:00.000Z'],
    ['2028-02-29T23:59:59.999Z', '2028-02-29T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('of %s was created at %s', (written, read) => {
    expect(parse({ ...ticket, created_at: written })).toMatchObject({
      ok: true,
      record: { ...ticket, created_at: read },
    });
  });

  test.each([
    ['ticket_id', '17'],
    ['ticket_id', 'TCK-123456789012345678901'],
    ['client_id', 'CL-1000'],
    ['client_id', 'Société Générale'],
    ['request', ' '],
    ['request', '请求 🎫'],
  ])('may have the %s %j', (field, value) => {
    expect(parse({ ...ticket, [field]: value })).toMatchObject({
      ok: true,
      record: { ...ticket, [field]: value },
    });
  });
});

describe('a dead letter', () => {
  test('is a tombstone', () => {
    expect(parseTicket(null)).toEqual(
      refused('TOMBSTONE', 'value: expected a JSON object, found a tombstone (null)'),
    );
  });

  test('is what is not UTF-8', () => {
    expect(parseTicket(Uint8Array.of(0x7b, 0xff, 0x7d))).toEqual(
      refused('NOT_UTF8', 'value: expected UTF-8 text, found 0x7bff7d'),
    );
  });

  test('is what is no JSON, in words that do not depend on the version of Node', () => {
    expect(parseTicket(bytes(''))).toEqual(refused('NOT_JSON', 'value: expected JSON, found ""'));
    expect(parseTicket(bytes('{"ticket_id": TCK'))).toEqual(
      refused('NOT_JSON', String.raw`value: expected JSON, found "{\"ticket_id\": TCK"`),
    );
  });

  test('starts with two byte order marks; one is left out, as many Windows tools write it', () => {
    const json = JSON.stringify(ticket);
    expect(parseTicket(bytes(`\ufeff${json}`))).toMatchObject({ ok: true, record: ticket });
    expect(parseTicket(bytes(`\ufeff\ufeff${json}`))).toMatchObject({
      problem: 'NOT_JSON',
      reason: expect.stringContaining(String.raw`found "\ufeff\ufeff{`),
    });
  });

  test.each([
    ['null', 'null'],
    ['42', '42'],
    ['true', 'true'],
    ['"TCK-00001"', '"TCK-00001"'],
    ['[{}]', 'an array'],
  ])('is %s: not an object', (json, found) => {
    expect(parseTicket(bytes(json))).toEqual(
      refused('NOT_AN_OBJECT', `value: expected a JSON object, found ${found}`),
    );
  });

  test('names every field that is missing', () => {
    expect(parse({ ...ticket, client_id: undefined, priority: undefined })).toEqual(
      refused(
        'WRONG_FIELD',
        'client_id: expected non-empty Unicode text, found nothing; ' +
          'priority: expected one of LOW, MEDIUM, HIGH, found nothing',
      ),
    );
  });

  test('has nothing from a __proto__ that it brings along', () => {
    expect(parseTicket(bytes(`{"__proto__":${JSON.stringify(ticket)}}`))).toMatchObject({
      problem: 'WRONG_FIELD',
      reason: expect.stringMatching(/^ticket_id: .* found nothing; client_id: /),
    });
  });

  test.each([
    ['ticket_id', '', 'non-empty Unicode text, found ""'],
    ['ticket_id', 1, 'non-empty Unicode text, found 1'],
    ['client_id', null, 'non-empty Unicode text, found null'],
    ['created_at', '2026-11-22T09:30:00+24:00', 'an ISO 8601 time, found "2026-11-22T09:30:00+24:00"'],
    ['created_at', '0001-01-01T00:00:00+00:01', 'an ISO 8601 time, found "0001-01-01T00:00:00+00:01"'],
    ['created_at', '9999-12-31T23:59:00-00:01', 'an ISO 8601 time, found "9999-12-31T23:59:00-00:01"'],
    ['created_at', '2026-11-22', 'an ISO 8601 time, found "2026-11-22"'],
    ['created_at', '2026-02-29T09:30:00Z', 'an ISO 8601 time, found "2026-02-29T09:30:00Z"'],
    ['created_at', '0000-01-01T00:00:00Z', 'an ISO 8601 time, found "0000-01-01T00:00:00Z"'],
    ['created_at', 1795339800000, 'an ISO 8601 time, found 1795339800000'],
    ['request', '', 'non-empty Unicode text, found ""'],
    ['request', { text: 'x' }, 'non-empty Unicode text, found an object'],
    ['request', 'half \ud83c', String.raw`non-empty Unicode text, found "half \ud83c"`],
    ['type', 'SALES', 'one of TECHNICAL, BILLING, ACCOUNT, GENERAL, found "SALES"'],
    ['type', 'billing', 'one of TECHNICAL, BILLING, ACCOUNT, GENERAL, found "billing"'],
    ['type', 'toString', 'one of TECHNICAL, BILLING, ACCOUNT, GENERAL, found "toString"'],
    ['type', ['BILLING'], 'one of TECHNICAL, BILLING, ACCOUNT, GENERAL, found an array'],
    ['priority', null, 'one of LOW, MEDIUM, HIGH, found null'],
    ['priority', false, 'one of LOW, MEDIUM, HIGH, found false'],
  ])('has the %s %j', (field, value, expectation) => {
    expect(parse({ ...ticket, [field]: value })).toEqual(
      refused('WRONG_FIELD', `${field}: expected ${expectation}`),
    );
  });

  test('says a number that JSON can spell and a double cannot hold', () => {
    const json = JSON.stringify(ticket).replace('"TCK-00001"', '1e400');
    expect(parseTicket(bytes(json))).toMatchObject({ reason: expect.stringContaining('found Infinity') });
  });

  test('shows of a long value only its start', () => {
    expect(parse({ ...ticket, type: 'x'.repeat(1000) })).toMatchObject({
      reason: expect.stringContaining(`found "${'x'.repeat(60)}" and 940 more characters`),
    });
    expect(parseTicket(new Uint8Array(1000).fill(255))).toMatchObject({
      reason: `value: expected UTF-8 text, found 0x${'ff'.repeat(30)} and 970 more bytes`,
    });
  });

  test('is nested a million deep', () => {
    expect(parseTicket(bytes('['.repeat(1e6)))).toMatchObject({ problem: 'NOT_JSON' });
    const deep = JSON.stringify(ticket).replace('"LOW"', '['.repeat(1e6) + ']'.repeat(1e6));
    expect(parseTicket(bytes(deep))).toMatchObject({ reason: expect.stringContaining('found an array') });
  });
});

/** Tickets with some fields replaced, and other values that come near. */
const nearlyTicket = fc
  .record({
    ticket_id: fc.oneof(fc.constant('TCK-00001'), fc.string({ unit: 'binary' }), fc.jsonValue()),
    client_id: fc.oneof(fc.constant('CL-417'), fc.stringMatching(/^CL-\d{1,4}$/), fc.jsonValue()),
    created_at: fc.oneof(
      fc.date({ noInvalidDate: true, max: new Date('9999-12-31') }).map((date) => date.toISOString()),
      fc.stringMatching(/^202[0-9]-[01]\d-[0-3]\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+0[01]:00)?$/),
    ),
    request: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('half \udc00')),
    type: fc.constantFrom('TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL', 'SALES'),
    priority: fc.oneof(fc.constantFrom('LOW', 'MEDIUM', 'HIGH'), fc.jsonValue()),
  })
  .chain((full) => fc.subarray(Object.entries(full), { minLength: 5 }).map(Object.fromEntries));

describe('the verdict', () => {
  test('is given on any bytes, with a reason that is safe to print', () => {
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map(bytes),
      nearlyTicket.map((near) => bytes(JSON.stringify(near))),
    );
    fc.assert(
      fc.property(value, (value) => {
        const verdict = parseTicket(value);
        if (verdict.ok) return;
        expect(verdict.reason).toMatch(/^[\x20-\x7e\u00a1-\u02af]+$/);
        expect(verdict.reason.length).toBeLessThan(6 * 500);
        expect(verdict.problem === 'NOT_UTF8').toBe(!isUtf8(value));
      }),
      { numRuns: 1000 },
    );
  });

  test('comes with a time that every engine reads alike', () => {
    fc.assert(
      fc.property(nearlyTicket, (near) => {
        const verdict = parse({ ...ticket, created_at: near['created_at'] });
        fc.pre(verdict.ok);
        const time = verdict.record.created_at;
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z$/);
        expect(new Date(time).toISOString().slice(0, 23)).toBe(time.slice(0, 23));
      }),
    );
  });
});
