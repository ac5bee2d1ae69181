import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createTestLocation,
  hasKafka,
  startConsumer,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { hostileCorpus } from '../hostile/hostile-corpus.ts';
import { createHostileTopic, type HostileTopic } from '../hostile/hostile-topic.ts';
import { findSchemathesis } from './find-schemathesis.ts';

const SEED = process.env['HOSTILE_SEED'] ?? '20261126';
const EXAMPLES = process.env['API_EXAMPLES'] ?? '30';
const MAX_MESSAGE_BYTES = 1_048_588;

/** An address that is too long is refused by the server before anybody can look at what is in it. */
const SETTINGS = `[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 431]
`;

const cleanUps: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

describe.skipIf(!hasKafka)('the HTTP API of a consumer at work', () => {
  test(`answers whatever is asked as its OpenAPI document says (seed ${SEED})`, async (context) => {
    const found = await findSchemathesis();
    if ('missing' in found) {
      console.info(`e2e/security: ${found.missing}, skipping the fuzzing of the HTTP API`);
      return context.skip(found.missing);
    }
    const topic = await fillTopic();
    const location = await createTestLocation('folder');
    cleanUps.push(() => location.remove());
    const token = uniqueName('token');
    const { process, url } = await startConsumer(environmentOf(topic, location, token));
    const committed = async (): Promise<number> => {
      const answer = await fetch(`${url}/api/v1/batches`);
      return ((await answer.json()) as { readonly items: readonly unknown[] }).items.length;
    };
    await expect.poll(committed).toBeGreaterThan(2);

    const { code, said } = await fuzz(found.program, url, token);
    expect(code, said).toBe(0);
    expect(said).toMatch(/Tested: 14\b/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(process.output()).not.toContain('a request failed');
    process.kill('SIGTERM');
    expect(await process.ended, process.output()).toBe(0);
  });
});

/** Tickets and dead letters, so that every path has something to show. */
async function fillTopic(): Promise<HostileTopic> {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const name = uniqueName('http-api');
  const topic = await createHostileTopic({ brokers, topic: name, maxMessageBytes: MAX_MESSAGE_BYTES });
  cleanUps.push(() => topic.remove());
  for (const partition of [0, 1, 2]) {
    await topic.send(
      partition,
      hostileCorpus.map(({ value }) => ({ key: null, value })),
      'gzip',
    );
  }
  return topic;
}

function environmentOf(
  { topic }: HostileTopic,
  { RESULTS_PATH, CHECKPOINT_PATH }: TestLocation,
  token: string,
): Readonly<Record<string, string>> {
  return {
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: topic,
    RESULTS_PATH,
    CHECKPOINT_PATH,
    TRIGGER: '100 milliseconds',
    MAX_OFFSETS_PER_TRIGGER: '100',
    RESULTS_ROLLOVER_INTERVAL: '0', // files to show of every batch
    HTTP_CONTROL_TOKEN: token,
  };
}

/** All checks there are, with valid and invalid input, so many examples of each. The event stream has no end and is left out. */
async function fuzz(
  program: string,
  url: string,
  token: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const cwd = await mkdtemp(join(tmpdir(), 'client-tickets-api-')); // it leaves files where it runs
  cleanUps.push(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, 'schemathesis.toml'), SETTINGS);
  const what = ['--exclude-path', '/events', '--header', `Authorization: Bearer ${token}`];
  const bounds = ['--max-examples', EXAMPLES, '--request-timeout', '120'];
  const how = ['--phases', 'examples,coverage,fuzzing', '--seed', SEED, '--generation-database', 'none'];
  const args = ['--no-color', 'run', `${url}/api/v1/openapi.json`, ...what, ...bounds, ...how];
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd, maxBuffer: 64 * 1_048_576 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, said: stdout + stderr });
    });
  });
}
