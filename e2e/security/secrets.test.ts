import {
  createTestLocation,
  hasS3,
  type ServiceProcess,
  startConsumer,
  startService,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { fetchEveryPage } from './every-page.ts';
import { findLeaks, type Secrets } from './find-leaks.ts';

const CONTROL_TOKEN = 'control~token/of+this=test';
const secrets: Secrets = {
  AWS_SECRET_ACCESS_KEY: 'Aws/Secret+Key="of&this%test',
  AWS_SESSION_TOKEN: 'Session//Token+of="this%26test==',
  KAFKA_SASL_PASSWORD: 'Sasl"Pass\\word: of/this+test',
  HTTP_CONTROL_TOKEN: CONTROL_TOKEN,
};
/** Where an address may hold one; Hadoop took S3 keys there. */
const LOGIN = { LOGIN: 'Login+of/this=address' };
const UNREACHABLE = '127.0.0.1:1';
const OPERATOR_COMMANDS = [
  'verify',
  'status',
  'plan',
  'dead-letters list',
  'reset --yes',
  'rebuild-checkpoint',
];

const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'tickets', KAFKA_SSL: 'true' };
const common = {
  ...secrets,
  AWS_ACCESS_KEY_ID: 'an-access-key',
  AWS_REGION: 'us-east-1',
  LOG_LEVEL: 'debug',
};
const unreachable = {
  ...common,
  ...login,
  KAFKA_BROKERS: UNREACHABLE,
  AWS_ENDPOINT_URL_S3: `http://${UNREACHABLE}`,
};

const locations: TestLocation[] = [];
afterAll(async () => {
  for (const location of locations) await location.remove();
});

async function endOf(service: ServiceProcess): Promise<string> {
  await service.ended;
  return service.output();
}

test('a leak would be found, however it is written', () => {
  for (const [name, secret] of Object.entries(secrets)) {
    const texts = [
      secret,
      JSON.stringify({ secret }),
      JSON.stringify({ body: JSON.stringify({ secret }) }),
      `https://x/?secret=${encodeURIComponent(secret)}`,
      Buffer.from(`\0user\0${secret}`).toString('base64'),
      Buffer.from(`user:${secret}`).toString('base64'),
      Buffer.from(`Bearer ${secret}!`).toString('base64url'),
      Buffer.from(secret).toString('hex'),
    ];
    for (const text of texts) expect(findLeaks(text, secrets)).toContainEqual(expect.stringContaining(name));
  }
  expect(findLeaks('nothing of the kind', secrets)).toEqual([]);
});

describe('secrets are in no line and on no page', () => {
  test('of a consumer that reaches no server', async () => {
    const { process, url } = await startConsumer({
      ...unreachable,
      RESULTS_PATH: 's3a://bucket/results/',
      CHECKPOINT_PATH: 's3a://bucket/checkpoints/',
    });
    await process.waitForLog('waiting for Kafka');
    const pages = await fetchEveryPage(url, CONTROL_TOKEN);
    expect(pages.size).toBeGreaterThan(40);
    for (const [path, text] of pages) expect([path, findLeaks(text, secrets)]).toEqual([path, []]);
    expect([...pages.values()].join()).toContain('"name":"HTTP_CONTROL_TOKEN","value":"********"');
    process.kill('SIGTERM');
    await process.waitForLog('stopped before it had started');
    expect(await process.ended).toBe(0);
    expect(findLeaks(process.output(), secrets)).toEqual([]);
  });

  test('of a producer that reaches no server', async () => {
    const producer = startService('producer', unreachable);
    await producer.waitForLog('waiting for Kafka');
    producer.kill('SIGTERM');
    expect(await producer.ended, producer.output()).toBe(0);
    expect(findLeaks(producer.output(), secrets)).toEqual([]);
  });

  test("of the operator's commands, whatever they cannot do", async () => {
    const location = await createTestLocation('folder');
    locations.push(location);
    const { RESULTS_PATH, CHECKPOINT_PATH } = location;
    const outputs = await Promise.all(
      OPERATOR_COMMANDS.map((args) =>
        endOf(startService('operator', { ...unreachable, RESULTS_PATH, CHECKPOINT_PATH }, args.split(' '))),
      ),
    );
    expect(outputs.map((output) => output.length > 0)).toEqual(OPERATOR_COMMANDS.map(() => true));
    expect(outputs.map((output) => findLeaks(output, secrets))).toEqual(OPERATOR_COMMANDS.map(() => []));
  });

  test.skipIf(!hasS3)('of whatever a real store refuses', async () => {
    const base = `s3a://${process.env['S3_BUCKET']}/${uniqueName('secrets')}`;
    const refused = {
      ...common,
      AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? '', // the right one, with a wrong secret
      KAFKA_SASL_PASSWORD: '',
      RESULTS_PATH: `${base}/results/`,
      CHECKPOINT_PATH: `${base}/checkpoints/`,
    };
    const services = [
      startService('consumer', { ...refused, TRIGGER: 'availableNow' }),
      startService('operator', refused, ['verify', '--no-brokers']),
    ];
    for (const service of services) {
      expect(await service.ended, service.output()).toBe(1);
      expect(service.output()).toContain('Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY');
      expect(findLeaks(service.output(), secrets)).toEqual([]);
    }
  });

  test('of what refuses an address that holds a login', async () => {
    const wrong = {
      ...common,
      KAFKA_BROKERS: `user:${LOGIN.LOGIN}@127.0.0.1:9092`,
      AWS_ENDPOINT_URL_S3: `http://key:${encodeURIComponent(LOGIN.LOGIN)}@${UNREACHABLE}`,
      RESULTS_PATH: `s3a://key:${LOGIN.LOGIN}@bucket/results/`,
      CHECKPOINT_PATH: `s3a://key:${LOGIN.LOGIN}@bucket/checkpoints/`,
      KAFKA_SASL_MECHANISM: `plain:${LOGIN.LOGIN}@x`,
    };
    const services = [
      startService('producer', wrong),
      startService('consumer', wrong),
      startService('operator', wrong, ['status']),
    ];
    for (const service of services) {
      expect(await service.ended, service.output()).toBe(2);
      expect(findLeaks(service.output(), { ...secrets, ...LOGIN })).toEqual([]);
    }
  });
});
