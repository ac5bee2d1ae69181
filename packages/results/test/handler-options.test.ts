import { by, createTimeZone, defineQuery, defineRecord, oneOf, text } from '@client-tickets/records';
import { createQueryHandler, describeOptions, readOptions, RESULT_FORMATS } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { expect, test } from 'vitest';

test.each([
  { formats: RESULT_FORMATS, timestampZone: createTimeZone('Europe/Paris'), unknownFields: 'keep' },
  { formats: ['parquet'], timestampZone: createTimeZone('UTC'), unknownFields: 'drop' },
] as const)('options are read back from what a checkpoint keeps of them: $formats', (options) => {
  const { settings } = createQueryHandler(ticketQuery, options);
  const read = readOptions(settings);
  expect(describeOptions(read)).toEqual(describeOptions(options));
  expect(read.formats).toEqual(options.formats);
  expect(read.timestampZone.toUtc(0)).toBe(options.timestampZone.toUtc(0));
});

test.each([
  [{ 'file formats': 'json, xml' }, 'file formats: expected one of json, parquet, found xml'],
  [{ 'time zone': 'Mars/Olympus' }, 'found "Mars/Olympus"'],
  [{ 'unknown fields': 'lose' }, 'unknown fields: expected one of drop, keep, found lose'],
])('an option that cannot be meant is refused by name: %j', (changed, message) => {
  expect(() => readOptions({ ...describeOptions({ formats: ['json'] }), ...changed })).toThrow(message);
});

test('nothing is read from settings of another kind', () => {
  expect(() => readOptions({})).toThrow('file formats: expected one of json, parquet, found');
});

test('a field of any name changes what a checkpoint keeps', () => {
  const settingsOf = (name: string, value: string) =>
    createQueryHandler(
      defineQuery({
        table: 'table',
        record: defineRecord('record', { kind: oneOf('A'), [name]: oneOf(value) }),
        derive: {},
        counts: { kind_counts: by('kind') },
      }),
      { formats: ['json'] },
    ).settings;
  const without = createQueryHandler(
    defineQuery({
      table: 'table',
      record: defineRecord('record', { kind: oneOf('A'), other: text() }),
      derive: {},
      counts: { kind_counts: by('kind') },
    }),
    { formats: ['json'] },
  ).settings;
  for (const name of ['table', 'record', 'fields', 'formats', 'topic', 'encoders', 'kind_counts']) {
    expect(settingsOf(name, 'X')).not.toEqual(settingsOf(name, 'Y'));
    expect(Object.keys(settingsOf(name, 'X')).length).toBe(Object.keys(without).length);
  }
});
