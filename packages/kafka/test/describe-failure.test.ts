import { expect, test } from 'vitest';
import { describeFailure } from '../src/describe-failure.ts';
import { readFailure } from '../src/failure.ts';

const describe = (properties: object) => {
  const error = Object.assign(new Error('the broker said no'), properties);
  return describeFailure('reading tickets in the group consumers', readFailure(error), error);
};

test.each([
  ['INCONSISTENT_GROUP_PROTOCOL', /in the group consumers was refused: .*of another program.*KAFKA_GROUP_ID/],
  ['GROUP_AUTHORIZATION_FAILED', /ACLs of the topic and of the consumer group/],
  ['SASL_AUTHENTICATION_FAILED', /KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/],
])('%s says what was refused and what to change', (type, message) => {
  const error = describe({ type, retriable: false, name: 'KafkaJSSASLAuthenticationError' });
  expect(error.code).toBe('refused');
  expect(error.message).toMatch(message);
});

test.each([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'Name the brokers in KAFKA_BROKERS as their certificates do'],
  ['CERT_HAS_EXPIRED', "Have the broker's certificate renewed"],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
])('a certificate that is refused with %s says how to mend it', (code, advice) => {
  const error = describe({ code, name: 'KafkaJSConnectionError' });
  expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining(advice) as unknown });
});

test('a topic that is not there, and brokers that do not answer, are told apart', () => {
  expect(describe({ type: 'UNKNOWN_TOPIC_OR_PARTITION', retriable: true })).toMatchObject({
    code: 'topic_missing',
    message:
      'Reading tickets in the group consumers failed: the broker said no. Create the topic, or name another.',
  });
  expect(describe({ name: 'KafkaJSConnectionError' })).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('Check that the brokers run and can be reached.') as unknown,
  });
});
