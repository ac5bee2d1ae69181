import {
  createTestLocation,
  readResults,
  type ServiceProcess,
  startConsumer,
  startService,
  type TestLocation,
} from '@client-tickets/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchEveryPage } from './every-page.ts';
import { findLeaks } from './find-leaks.ts';
import { findKafkaProgram, startSecureBroker, type SecureBroker } from './secure-broker.ts';

const owner = { name: 'owner', password: 'Owner+of/the=topic' };
const stranger = { name: 'stranger', password: 'Stranger+to/the=topic' };
const WRONG_PASSWORD = 'not+the/right=one';
const kafka = await findKafkaProgram();
if ('missing' in kafka) console.info(`e2e/security: ${kafka.missing}, skipping the tests with TLS and login`);

interface Refusal {
  readonly service: 'producer' | 'consumer';
  readonly what: string;
  /** Of a login that is right: other variables, or another name for the broker. */
  readonly changed: Readonly<Record<string, string>>;
  readonly says: RegExp;
}

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

  const environmentOf = (login: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
    KAFKA_BROKERS: broker.address,
    KAFKA_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_SSL: 'true',
    NODE_EXTRA_CA_CERTS: broker.authority,
    RESULTS_PATH: location.RESULTS_PATH,
    CHECKPOINT_PATH: location.CHECKPOINT_PATH,
    LOG_LEVEL: 'debug',
    ...login,
  });
  const start = (
    name: 'producer' | 'consumer' | 'operator',
    login: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): ServiceProcess => startService(name, environmentOf(login), args);

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
    const { password } = owner;
    for (const each of [producer, consumer, verify])
      expect(findLeaks(each.output(), { password })).toEqual([]);
  });

  test('is read by a consumer whose pages and log lines hold no secret', async () => {
    const secrets = { HTTP_CONTROL_TOKEN: 'control~token/of+this=test', KAFKA_SASL_PASSWORD: owner.password };
    const environment = environmentOf({
      ...as(owner, 'scram-sha-512'),
      ...secrets,
      TRIGGER: '50 milliseconds',
    });
    const { process, url } = await startConsumer(environment);
    await process.waitForLog('partitions assigned');
    const pages = await fetchEveryPage(url, secrets.HTTP_CONTROL_TOKEN);
    expect(pages.get('GET /api/v1/status as nobody')).toMatch(/^200 /);
    for (const [path, text] of pages) expect([path, findLeaks(text, secrets)]).toEqual([path, []]);
    process.kill('SIGTERM');
    expect(await process.ended, process.output()).toBe(0);
    expect(findLeaks(process.output(), secrets)).toEqual([]);
  });

  const refusals: readonly Refusal[] = [
    {
      service: 'consumer',
      what: 'a wrong password',
      changed: { KAFKA_SASL_PASSWORD: WRONG_PASSWORD },
      says: /authentication failed.*Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/i,
    },
    {
      service: 'producer',
      what: 'a mechanism with which the user has no password',
      changed: as(stranger, 'plain'),
      says: /authentication failed.*Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/i,
    },
    {
      service: 'consumer',
      what: 'a user without permissions',
      changed: as(stranger, 'scram-sha-512'),
      says: /was refused: .*authorized.*ACLs of the topic/i,
    },
    {
      service: 'consumer',
      what: 'a certificate of an unknown authority',
      changed: { NODE_EXTRA_CA_CERTS: '' },
      says: /unable to verify the first certificate.*NODE_EXTRA_CA_CERTS/,
    },
    {
      service: 'producer',
      what: 'a certificate for another name',
      changed: { name: 'localhost' },
      says: /Hostname\/IP does not match certificate's altnames.*KAFKA_BROKERS/,
    },
  ];
  test.each(refusals)('ends a $service with 1 at $what, and says what to do', async (refusal) => {
    const { service, changed, says } = refusal;
    const { name, ...login } = changed;
    const brokers = name === undefined ? {} : { KAFKA_BROKERS: `${name}:${broker.port}` };
    const started = start(service, { ...as(owner, 'scram-sha-256'), ...brokers, ...login });
    expect(await started.ended, started.output()).toBe(1);
    expect(
      started
        .output()
        .split('\n')
        .findLast((line) => line.includes('"level":"error"')),
    ).toMatch(says);
    const passwords = { owner: owner.password, stranger: stranger.password, wrong: WRONG_PASSWORD };
    expect(findLeaks(started.output(), passwords)).toEqual([]);
  });
});
