import {
  append,
  both,
  committed,
  ends,
  expire,
  fault,
  gaps,
  heal,
  held,
  results,
  start,
  streamTest,
} from './stream-test.ts';

const availableNow = { trigger: { kind: 'availableNow' } } as const;

streamTest(
  'offsets without a record are passed over, also at the end of the log',
  {},
  append(0, 'ab---c!-d--'),
  start('a', availableNow),
  ends('a'),
  committed(0, 11n),
  results('abc!d'),
);

streamTest(
  'records that expire between the look at the log and their delivery are not passed over in silence',
  {},
  append(0, 'abcdef'),
  start('a', { failOnDataLoss: false }),
  results('abcdef'),
  fault('a', 'hold the answer', /source fetchOffsets/, true),
  held('a'), // it says: the log starts at 0
  both(append(0, 'ghi'), expire(0, 8n)),
  heal('a'),
  gaps(0, 'expired 6-7'),
  results('abcdefi'),
);
