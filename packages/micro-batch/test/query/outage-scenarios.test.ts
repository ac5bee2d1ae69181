import { letterHandler } from '../support/letter-query.ts';
import {
  act,
  append,
  fails,
  fault,
  heal,
  look,
  passTime,
  results,
  start,
  state,
  streamTest,
} from '../support/stream-test.ts';

streamTest(
  'a store that does not answer is waited for, and the query goes on where it was',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  fault('a', 'fail', /^(results|checkpoints)/),
  append(0, 'def'),
  state('a', 'recovering'),
  passTime(60_000),
  state('a', 'recovering'),
  heal('a'),
  results('abcdef'),
  state('a', 'waiting'),
);

streamTest(
  'a store that is away for longer than the time-out fails the query; nothing is lost',
  {},
  append(0, 'abc'),
  start('a', { outageTimeoutMs: 30_000 }),
  results('abc'),
  fault('a', 'fail', /^(results|checkpoints)/),
  append(0, 'def'),
  state('a', 'recovering'),
  passTime(29_000),
  state('a', 'recovering'),
  fails('a', 'store_unavailable', /no answer for 30 s: injected at/),
  start('b'),
  results('abcdef'),
);

streamTest(
  'a store that refuses fails the query at once, under a name of its own; nothing is lost',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  fault('a', 'refuse', /^results put/),
  append(0, 'def'),
  fails('a', 'store_refused', /injected at results put/),
  start('b'),
  results('abcdef'),
);

streamTest(
  'brokers that do not answer are waited for, too, and named when that takes too long',
  {},
  append(0, 'abc'),
  start('a', { outageTimeoutMs: 30_000 }),
  results('abc'),
  fault('a', 'fail', /source fetchOffsets/),
  append(0, 'def'),
  state('a', 'recovering'),
  heal('a'),
  results('abcdef'),
  fault('a', 'fail', /source fetchOffsets/),
  fails('a', 'source_failed', /no answer for 30 s: the offsets of letters could not be read: injected/),
);

streamTest(
  'a source that cannot be started fails the query by name',
  {},
  fault('a', 'fail', /source start/),
  start('a'),
  fails('a', 'source_failed', /injected at source start/),
);

streamTest(
  'a handler that throws fails the query; nothing of the batch is counted before a run that can do it',
  {},
  append(0, 'abc'),
  start('a', {
    handler: {
      ...letterHandler,
      openFiles: (begin) => ({
        ...letterHandler.openFiles(begin),
        add: () => Promise.reject(new Error('no such letter')),
      }),
    },
  }),
  fails('a', 'handler_failed', /offsets 0 to 2 of partition 0 could not be processed: no such letter/),
  look('the checkpoint', (world) => world.checkpoint(0), undefined),
  results(''),
  start('b'),
  results('abc'),
);

streamTest(
  'a source that gives up fails the query',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  act('it gives up', (world) => world.consumer('a').giveUp(new Error('not authorized'))),
  fails('a', 'source_failed', /not authorized/),
);
