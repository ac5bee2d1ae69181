import { ManualClock } from '@client-tickets/micro-batch/testing';
import type { Admin } from 'kafkajs';
import { expect, test } from 'vitest';
import type { AdminSession } from '../src/admin-session.ts';
import { describeGroup } from '../src/describe-group.ts';

const refusal = (type: string): Error =>
  Object.assign(new Error(`the broker said ${type}`), { type, retriable: true });
const MEMBERS = [{ clientId: 'first' }, { clientId: 'second' }];

/** A session in which questions fail with these errors, one after the other, and are answered from then on. */
function failing(...errors: readonly Error[]) {
  const left = [...errors];
  let attempts = 0;
  const admin = { describeGroups: async () => ({ groups: [{ members: MEMBERS }] }) } as unknown as Admin;
  const session: AdminSession = {
    attempt: async (ask) => {
      attempts += 1;
      const error = left.shift();
      if (error !== undefined) throw error;
      return ask(admin);
    },
    close: async () => {},
  };
  return { session, attempts: () => attempts };
}

/** Lets all that waits for the clock go on until the question is answered. */
async function settle<T>(clock: ManualClock, question: Promise<T>): Promise<T> {
  const over = new AbortController();
  const end = (): void => over.abort();
  question.then(end, end);
  while (!over.signal.aborted) {
    await new Promise(setImmediate);
    clock.advanceToNext();
  }
  return question;
}

test.each(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE'])(
  'a coordinator that says %s is asked again until it has the group',
  async (type) => {
    const clock = new ManualClock();
    const wrapped = new Error('as kafkajs wraps it', { cause: refusal(type) });
    const { session, attempts } = failing(refusal(type), wrapped);
    expect(await settle(clock, describeGroup('consumers', { session, clock }))).toEqual(MEMBERS);
    expect({ attempts: attempts(), waitedMs: clock.monotonic() }).toEqual({ attempts: 3, waitedMs: 300 });
  },
);

test('one that never gets the group is told of after five seconds at most', async () => {
  const clock = new ManualClock();
  const { session } = failing(...Array<Error>(100).fill(refusal('NOT_COORDINATOR_FOR_GROUP')));
  await expect(settle(clock, describeGroup('consumers', { session, clock }))).rejects.toThrow(
    'the broker said NOT_COORDINATOR_FOR_GROUP',
  );
  expect(clock.monotonic()).toBeGreaterThan(3_000);
  expect(clock.monotonic()).toBeLessThanOrEqual(5_000);
});

test.each([refusal('GROUP_AUTHORIZATION_FAILED'), new Error('connect ECONNREFUSED')])(
  'any other failure is told at once: %s',
  async (error) => {
    const clock = new ManualClock();
    const { session, attempts } = failing(error);
    await expect(describeGroup('consumers', { session, clock })).rejects.toBe(error);
    expect(attempts()).toBe(1);
  },
);

test('who closes it meanwhile waits for nothing, and no more is asked', async () => {
  const clock = new ManualClock();
  const { session, attempts } = failing(refusal('NOT_COORDINATOR_FOR_GROUP'));
  const closing = new AbortController();
  const question = describeGroup('consumers', { session, clock, signal: closing.signal });
  await expect.poll(() => clock.sleeping).toBe(1);
  closing.abort();
  await expect(question).rejects.toThrow('the broker said');
  expect(attempts()).toBe(1);
});
