import { expect, test } from 'vitest';
import { describeError } from '../src/index.ts';

test('causes follow in order, and what was said is not said again', () => {
  const root = new Error('connect ECONNREFUSED 127.0.0.1:19092');
  const middle = new Error(`no broker answered: ${root.message}`, { cause: root });
  expect(describeError(new Error('cannot start', { cause: middle }))).toBe(
    'cannot start: no broker answered: connect ECONNREFUSED 127.0.0.1:19092',
  );
});

test('a connection tried at several addresses names them all', () => {
  const error = new AggregateError([
    new Error('connect ECONNREFUSED ::1:9'),
    new Error('connect ECONNREFUSED 127.0.0.1:9'),
  ]);
  expect(describeError(error)).toBe('connect ECONNREFUSED ::1:9, connect ECONNREFUSED 127.0.0.1:9');
});

test('anything can be thrown, and a circle of causes ends', () => {
  const circle = new Error('round');
  circle.cause = circle;
  expect(describeError(circle)).toBe('round');
  expect(describeError('text')).toBe('text');
  expect(describeError({ code: 7 })).toBe('{ code: 7 }');
  expect(describeError(undefined)).toBe('unknown error');
});
