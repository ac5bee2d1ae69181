import { silentLogger, type Clock, type Logger } from '@client-tickets/micro-batch';
import kafkajs, { type logLevel } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { createKafkaLogCreator } from '../src/kafka-logger.ts';

const { ERROR, WARN, INFO } = kafkajs.logLevel;

const setUp = () => {
  const said: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  const say = (level: string) => (fields: object, message: string) =>
    void said.push({ level, fields, message });
  const logger: Logger = {
    ...silentLogger,
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
  };
  let now = 0;
  const clock: Clock = { now: () => 0, monotonic: () => now, sleep: () => Promise.resolve() };
  const state = { isClosed: false };
  const write = createKafkaLogCreator({ logger, clock, isClosed: () => state.isClosed })(INFO);
  return {
    said,
    close: () => void (state.isClosed = true),
    wait: (ms: number) => void (now += ms),
    log: (level: logLevel, message: string, extra: object = {}) =>
      write({ namespace: 'Connection', level, label: '', log: { timestamp: '', message, ...extra } }),
  };
};

describe("kafkajs's log", () => {
  test('comes as a warning where something is wrong, and as debug otherwise', () => {
    const { said, log } = setUp();
    log(ERROR, 'Connection error: ECONNRESET', { broker: 'a:1' });
    log(WARN, 'Something odd');
    log(INFO, 'Pausing fetching from 1 topics');
    expect(said.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'kafkajs: Connection error: ECONNRESET'],
      ['warn', 'kafkajs: Something odd'],
      ['debug', 'kafkajs: Pausing fetching from 1 topics'],
    ]);
  });

  test('is quiet about what is normal when a group rebalances', () => {
    const { said, log } = setUp();
    log(ERROR, 'Response Heartbeat(key: 12, version: 3)', {
      error: 'The group is rebalancing, so a rejoin is needed',
    });
    log(WARN, 'The group is rebalancing, re-joining');
    log(ERROR, 'The coordinator is not aware of this member, re-joining the group');
    expect(said.map(({ level }) => level)).toEqual(['debug', 'debug', 'debug']);
  });

  test('says the same only once in half a minute, for each broker', () => {
    const { said, log, wait } = setUp();
    const levels = (): string[] => said.splice(0).map(({ level }) => level);
    for (const broker of ['a:1', 'a:1', 'b:1']) log(ERROR, 'Connection timeout', { broker });
    expect(levels()).toEqual(['warn', 'debug', 'warn']);
    wait(30_001);
    log(ERROR, 'Connection timeout', { broker: 'a:1' });
    expect(levels()).toEqual(['warn']);
  });

  test('does not complain about connections that were cut on purpose', () => {
    const { said, log, close } = setUp();
    close();
    log(ERROR, 'Connection error: this client was closed');
    expect(said.map(({ level }) => level)).toEqual(['debug']);
  });

  test('passes on a few known fields and nothing else', () => {
    const { said, log } = setUp();
    log(ERROR, 'x', {
      broker: 'a:1',
      retryCount: 2,
      error: new Error('why'),
      stack: 's',
      password: 'secret',
      payload: {},
    });
    expect(said[0]?.fields).toEqual({ namespace: 'Connection', broker: 'a:1', retryCount: 2, error: 'why' });
  });
});
