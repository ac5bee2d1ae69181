import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readResults } from '../pipeline/read-results.ts';
import { startService, type ServiceProcess } from '../pipeline/service-process.ts';
import { createTestLocation, type TestLocation } from '../pipeline/test-servers.ts';
import { findKafkaProgram, startSecureBroker, type SecureBroker } from './secure-broker.ts';

const owner = { name: 'owner', password: 'Owner+of/the=topic' };
const stranger = { name: 'stranger', password: 'Stranger+to/the=topic' };
const kafka = findKafkaProgram();
if ('missing' in kafka) console.info(`e2e/security: ${kafka.missing}, skipping the tests with TLS and login`);

describe.skipIf('missing' in kafka)('a broker that asks for TLS and a login', () => {
  let broker: SecureBroker;
  let location: TestLocation;

  beforeAll(async () => {
    if ('missing' in kafka) return;
    broker = await startSecureBroker(kafka.classPath, { owner, stranger });
    location = await createTestLocation('folder');
  });
  afterAll(async () => {
    await broker?.stop();
    await location?.remove();
  });

  function start(
    name: 'producer' | 'consumer' | 'operator',
    login: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): ServiceProcess {
    const environment = {
      KAFKA_BROKERS: broker.address,
      KAFKA_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SSL: 'true',
      NODE_EXTRA_CA_CERTS: broker.authority,
      RESULTS_PATH: location.RESULTS_PATH,
      CHECKPOINT_PATH: location.CHECKPOINT_PATH,
      LOG_LEVEL: 'debug',
      ...login,
    };
    return startService(name, environment, args);
  }

  const as = (
    { name, password }: { readonly name: string; readonly password: string },
    mechanism: string,
  ): Readonly<Record<string, string>> => ({
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: name,
    KAFKA_SASL_PASSWORD: password,
  });

  test('takes tickets, gives them back and shows its offsets, by each of the three mechanisms', async () => {
    const tickets = { TICKET_COUNT: '50', TICKETS_PER_SECOND: '0' };
    const producer = start('producer', { ...as(owner, 'scram-sha-256'), ...tickets });
    expect(await producer.ended, producer.output()).toBe(0);
    const consumer = start('consumer', { ...as(owner, 'scram-sha-512'), TRIGGER: 'availableNow' });
    expect(await consumer.ended, consumer.output()).toBe(0);
    const verify = start('operator', as(owner, 'plain'), ['verify']);
    expect(await verify.ended, verify.output()).toBe(0);
    expect(verify.output()).toContain('✔ 50 tickets and 0 dead letters');

    const { rows, counted } = await readResults(await location.openResults());
    expect([new Set(rows).size, counted]).toEqual([50, 50]);
    for (const { output } of [producer, consumer, verify]) expect(output()).not.toContain(owner.password);
  });

  const refusals = [
    {
      what: 'a wrong password',
      changed: { KAFKA_SASL_PASSWORD: 'not+the/right=one' },
      says: /authentication failed.*Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/i,
    },
    {
      what: 'a mechanism with which the user has no password',
      changed: as(stranger, 'plain'),
      says: /authentication failed.*Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/i,
    },
    {
      what: 'a user without permissions',
      changed: as(stranger, 'scram-sha-512'),
      says: /was refused: .*authorized.*ACLs of the topic/i,
    },
    {
      what: 'a certificate of an authority that nobody knows',
      changed: { NODE_EXTRA_CA_CERTS: '' },
      says: /unable to verify the first certificate.*NODE_EXTRA_CA_CERTS/,
    },
    {
      what: 'a certificate for another name',
      changed: { name: 'localhost' },
      says: /Hostname\/IP does not match certificate's altnames.*KAFKA_BROKERS/,
    },
  ];
  test.each(refusals)('ends the services with 1 at $what, and says what to do', async ({ changed, says }) => {
    const { name, ...login } = { name: undefined, ...changed };
    const brokers = name === undefined ? {} : { KAFKA_BROKERS: `${name}:${broker.port}` };
    const environment = { ...as(owner, 'scram-sha-256'), ...brokers, ...login };
    const services = [
      start('producer', environment),
      start('consumer', { ...environment, TRIGGER: 'availableNow' }),
    ];
    for (const { ended, output } of services) {
      expect(await ended, output()).toBe(1);
      expect(
        output()
          .split('\n')
          .findLast((line) => line.includes('"level":"error"')),
      ).toMatch(says);
      for (const secret of [owner.password, stranger.password, 'not+the/right=one'])
        expect(output()).not.toContain(secret);
    }
  });
});
