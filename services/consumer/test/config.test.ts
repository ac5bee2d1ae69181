import {
  readSettings,
  s3Connection,
  SettingsError,
  startingPoint,
  type Environment,
} from '@client-tickets/service-kit';
import { expect, test } from 'vitest';
import { consumerSettings } from '../src/config.ts';

test('without any variable the consumer is set up for the Compose stack', () => {
  const settings = readSettings(consumerSettings, {});
  expect(settings).toMatchObject({
    KAFKA_BROKERS: ['localhost:19092'],
    KAFKA_TOPIC: 'client_tickets',
    KAFKA_GROUP_ID: 'client-tickets-consumer',
    KAFKA_SESSION_TIMEOUT_MS: 15_000,
    KAFKA_MAX_BATCH_BYTES: 33_554_432,
    KAFKA_UNREADABLE_BATCHES: 'stop',
    MAX_OFFSETS_PER_TRIGGER: 50,
    TRIGGER: { kind: 'interval', everyMs: 1_000 },
    FAIL_ON_DATA_LOSS: true,
    RESULTS_PATH: { text: 's3a://client-tickets/results/' },
    CHECKPOINT_PATH: { text: 's3a://client-tickets/checkpoints/' },
    RESULTS_FORMAT: ['json', 'parquet'],
    RESULTS_ROLLOVER_INTERVAL: 60_000,
    RESULTS_ROLLOVER_SIZE: 134_217_728,
    RESULTS_INACTIVITY_INTERVAL: 30_000,
    WATERMARK_DELAY: 600_000,
    WATERMARK_IDLE: 60_000,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: 8090,
  });
  expect(startingPoint(settings)).toEqual({ kind: 'earliest' });
});

test('every wrong setting is named at once, with what it holds and what is allowed', () => {
  const wrong = {
    KAFKA_BROKERS: 'nowhere',
    STARTING_OFFSETS: 'now',
    STARTING_TIMESTAMP: 'noon',
    STARTING_TIMESTAMP_STRATEGY: 'earliest',
    MAX_OFFSETS_PER_TRIGGER: '-1',
    TRIGGER: 'often',
    RESULTS_PATH: 'ftp://tickets',
    RESULTS_FORMAT: 'json,csv',
    RESULTS_ROLLOVER_INTERVAL: 'soon',
    RESULTS_ROLLOVER_SIZE: '0 MB',
    RESULTS_INACTIVITY_INTERVAL: '30',
    WATERMARK_DELAY: '10',
    WATERMARK_IDLE: '-1 minute',
    HTTP_PORT: '70000',
  };
  const read = (): unknown => readSettings(consumerSettings, wrong);
  expect(read).toThrow(SettingsError);
  for (const [name, value] of Object.entries(wrong)) {
    expect(read).toThrow(new RegExp(`${name}: .*${value.replaceAll(/[^a-z0-9]/g, '.')}`));
  }
});

test.each([
  ['json', ['json']],
  ['parquet, json', ['json', 'parquet']],
  ['PARQUET', ['parquet']],
])('RESULTS_FORMAT %s is understood', (given, formats) => {
  expect(readSettings(consumerSettings, { RESULTS_FORMAT: given }).RESULTS_FORMAT).toEqual(formats);
});

test.each([
  ['1 minute', 60_000],
  ['0', 0],
])('RESULTS_ROLLOVER_INTERVAL %s is understood', (given, ms) => {
  const settings = readSettings(consumerSettings, { RESULTS_ROLLOVER_INTERVAL: given });
  expect(settings.RESULTS_ROLLOVER_INTERVAL).toBe(ms);
});

test.each([
  ['192 MB', 192 * 2 ** 20],
  ['64mb', 2 ** 26],
  ['500 KB', 512_000],
])('RESULTS_ROLLOVER_SIZE %s is understood', (given, bytes) => {
  const settings = readSettings(consumerSettings, { RESULTS_ROLLOVER_SIZE: given });
  expect(settings.RESULTS_ROLLOVER_SIZE).toBe(bytes);
});

test('files so large that nothing here reads them are refused', () => {
  const read = () => readSettings(consumerSettings, { RESULTS_ROLLOVER_SIZE: '193 MB' });
  expect(read).toThrow('RESULTS_ROLLOVER_SIZE: expected at most 192 MB, as larger files are not read');
});

test('without keys the AWS SDK finds its own credentials', () => {
  expect(s3Connection(readSettings(consumerSettings, {})).credentials).toBeUndefined();
  const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
  expect(s3Connection(readSettings(consumerSettings, keys)).credentials).toMatchObject({ accessKeyId: 'id' });
});

test('half a pair of keys is refused, as the AWS SDK would look for others', () => {
  const read = (environment: Environment) => () => readSettings(consumerSettings, environment);
  expect(read({ AWS_ACCESS_KEY_ID: 'id' })).toThrow(
    'AWS_SECRET_ACCESS_KEY: expected a value, because AWS_ACCESS_KEY_ID is set, found nothing',
  );
  expect(read({ AWS_SECRET_ACCESS_KEY: 'secret' })).toThrow('AWS_ACCESS_KEY_ID: expected a value');
  expect(read({ AWS_SESSION_TOKEN: 'token' })).toThrow('2 settings are wrong');
});

test('keys with the line break of the file that they came from are taken without it', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'id\n', AWS_SECRET_ACCESS_KEY: 'secret\r\n' };
  expect(s3Connection(readSettings(consumerSettings, keys)).credentials).toMatchObject({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
  });
});

test('an endpoint for all of AWS counts where there is none for S3', () => {
  const endpointOf = (environment: Environment) =>
    s3Connection(readSettings(consumerSettings, environment)).endpoint;
  const all = { AWS_ENDPOINT_URL: 'http://all:1' };
  expect(endpointOf(all)).toBe('http://all:1');
  expect(endpointOf({ ...all, AWS_ENDPOINT_URL_S3: 'http://s3:2/' })).toBe('http://s3:2');
});

test('a new checkpoint starts where one of two settings says', () => {
  const start = (environment: Environment) => startingPoint(readSettings(consumerSettings, environment));
  expect(start({ STARTING_OFFSETS: 'latest' })).toEqual({ kind: 'latest' });
  const timestamp = Date.parse('2026-11-26T09:00:00Z');
  expect(start({ STARTING_TIMESTAMP: String(timestamp) })).toEqual({
    kind: 'timestamp',
    timestamp,
    strategy: 'error',
  });
  const local = { STARTING_TIMESTAMP: '2026-11-26 10:00', TIMESTAMP_ZONE: 'Europe/Paris' };
  expect(start({ ...local, STARTING_TIMESTAMP_STRATEGY: 'Latest' })).toEqual({
    kind: 'timestamp',
    timestamp,
    strategy: 'latest',
  });
});

test('two places to start at are refused, naming both', () => {
  const both = { STARTING_OFFSETS: 'earliest', STARTING_TIMESTAMP: '2026-11-26' };
  expect(() => readSettings(consumerSettings, both)).toThrow(
    'STARTING_TIMESTAMP: expected nothing, because STARTING_OFFSETS is set, found a time',
  );
});
