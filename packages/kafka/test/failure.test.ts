import { describe, expect, test } from 'vitest';
import { isGroupMove, readFailure } from '../src/failure.ts';
import { KafkaError } from '../src/index.ts';
import { RestartPolicy } from '../src/restart-policy.ts';

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });
const protocolError = (type: string, retriable: boolean) =>
  Object.assign(new Error(`broker said ${type}`), { type, retriable });

describe('reading a failure', () => {
  test.each([
    ['transient', named('KafkaJSConnectionError', 'connect ECONNREFUSED 127.0.0.1:1')],
    ['transient', protocolError('NOT_LEADER_FOR_PARTITION', true)],
    ['transient', protocolError('ILLEGAL_GENERATION', false)],
    ['transient', new KafkaError('unavailable', 'no answer within 5 ms')],
    ['refused', named('KafkaJSSASLAuthenticationError', 'SASL PLAIN authentication failed')],
    ['refused', protocolError('GROUP_AUTHORIZATION_FAILED', false)],
    ['refused', protocolError('INCONSISTENT_GROUP_PROTOCOL', false)],
    [
      'refused',
      named('KafkaJSConnectionError', 'self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    ],
    ['topic_missing', protocolError('UNKNOWN_TOPIC_OR_PARTITION', true)],
    ['unexplained', protocolError('CORRUPT_MESSAGE', false)],
    ['unexplained', new TypeError('x is undefined')],
    ['unexplained', 'thrown text'],
  ])('as %s: %s', (kind, error) => {
    expect(readFailure(error).kind).toBe(kind);
  });

  test('takes the innermost reason out of what kafkajs wraps it in', () => {
    const inner = protocolError('REBALANCE_IN_PROGRESS', false);
    const wrapped = named('KafkaJSNonRetriableError', 'outer', { cause: inner, retriable: false });
    expect(readFailure(wrapped)).toEqual({
      kind: 'transient',
      reason: 'broker said REBALANCE_IN_PROGRESS',
      type: 'REBALANCE_IN_PROGRESS',
      tlsCode: undefined,
    });
    expect(isGroupMove(readFailure(wrapped))).toBe(true);
    const gone = named('KafkaJSConnectionError', 'gone');
    const exceeded = named('KafkaJSNumberOfRetriesExceeded', 'gone', { cause: gone, retriable: false });
    expect(readFailure(exceeded)).toMatchObject({ kind: 'transient', reason: 'gone' });
  });
});

describe('the restart policy', () => {
  const judge = (policy: RestartPolicy, error: unknown) => policy.judge(readFailure(error), error);
  const refused = protocolError('TOPIC_AUTHORIZATION_FAILED', false);
  const gone = named('KafkaJSConnectionError', 'gone');

  test('is endless with what can heal, with longer and longer waits', () => {
    const policy = new RestartPolicy('tickets');
    const delays = Array.from({ length: 20 }, () => judge(policy, gone)).map((decision) =>
      decision.kind === 'retry' ? decision.delayMs : Number.NaN,
    );
    expect(delays.slice(0, 4)).toEqual([250, 500, 1_000, 2_000]);
    expect(delays.slice(7)).toEqual(Array.from({ length: 13 }, () => 15_000));
  });

  test('ends when the same refusal is heard four times in a row', () => {
    const policy = new RestartPolicy('tickets');
    const decisions = Array.from({ length: 4 }, () => judge(policy, refused));
    expect(decisions.map(({ kind }) => kind)).toEqual(['retry', 'retry', 'retry', 'give_up']);
    expect(decisions[3]).toMatchObject({
      error: { code: 'refused', message: expect.stringContaining('ACLs') },
    });
  });

  test('ends after eight failures without an explanation', () => {
    const policy = new RestartPolicy('tickets');
    const kinds = Array.from({ length: 8 }, () => judge(policy, new TypeError('x')).kind);
    expect(kinds.indexOf('give_up')).toBe(7);
  });

  test('starts again after something else, and after a success', () => {
    const policy = new RestartPolicy('tickets');
    for (let round = 0; round < 10; round += 1) {
      for (let i = 0; i < 3; i += 1) expect(judge(policy, refused).kind).toBe('retry');
      if (round % 2 === 0) judge(policy, gone);
      else policy.restore();
    }
    policy.restore();
    expect(judge(policy, gone)).toEqual({ kind: 'retry', delayMs: 250 });
  });
});
