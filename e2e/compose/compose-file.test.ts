import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { composeCommands, run } from './compose-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'client-tickets-compose-'));
const noSettings = join(folder, 'empty.env');
writeFileSync(noSettings, '');
afterAll(() => rmSync(folder, { recursive: true }));

const file = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
const forAws = readFileSync(new URL('../../docker-compose.aws.yml', import.meta.url), 'utf8');
const { services } = z
  .object({ services: z.record(z.string(), z.looseObject({ command: z.unknown().optional() })) })
  .parse(parse(file, { merge: true }));

test('every port that docker-compose.yml publishes is on 127.0.0.1', () => {
  const published = [...file.matchAll(/ports: \['(.*)'\]/g)].map(([, port]) => port);
  expect(published).toHaveLength(10);
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('every image is pinned to a version', () => {
  const images = [...file.matchAll(/image: (\S+)/g)].map(([, image]) => image);
  const built = ['client-tickets-producer', 'client-tickets-consumer', 'client-tickets-jupyter'];
  expect(images).toEqual(expect.arrayContaining(built));
  for (const image of images.filter((name = '') => !built.includes(name)))
    expect(image).toMatch(/:v?\d[\w.-]+$/);
});

// A stand-in for the image can't show it: this is what rpk makes of the command (see the comment in the file).
test.each(['redpanda-0', 'redpanda-1', 'redpanda-2'])(
  '%s acknowledges what is on its disk, whatever mode rpk thinks it is in',
  (name) => {
    const words = z.string().parse(services[name]?.command).split(/\s+/);
    const settings = words.filter((_, index) => words[index - 1] === '--set');
    const about = (text: string): readonly string[] => words.filter((word) => word.includes(text));
    expect(about('bypass-fsync')).toEqual(['--unsafe-bypass-fsync=false']);
    expect(about('write_caching')).toEqual(['redpanda.write_caching_default=false']);
    expect(settings).toContain('redpanda.write_caching_default=false');
    expect(about('--mode')).toEqual([]);
  },
);

test('the store is healthy only when what it holds can be read', () => {
  const { healthcheck } = z
    .object({ healthcheck: z.object({ test: z.tuple([z.literal('CMD-SHELL'), z.string()]) }) })
    .parse(services['s3']);
  // Reads an object; makes it first where there is none, and reads it then.
  expect(healthcheck.test[1]).toMatch(
    /&& \{ \$\$get \$\$stored \|\| \{ .*-F file=.* \$\$stored && \$\$get \$\$stored; \}; \}$/,
  );
});

test('every setting of .env.sample reaches a container', () => {
  // The brokers and the store of this stack ask for neither; docs/settings.md says how others are named.
  const elsewhere = [
    'AWS_ENDPOINT_URL',
    'KAFKA_SSL',
    'KAFKA_SASL_MECHANISM',
    'KAFKA_SASL_USERNAME',
    'KAFKA_SASL_PASSWORD',
  ];
  const sample = readFileSync(new URL('../../.env.sample', import.meta.url), 'utf8');
  const names = [...sample.matchAll(/^#([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name);
  expect(names).toEqual(expect.arrayContaining(['TICKET_COUNT', 'STARTING_OFFSETS', ...elsewhere]));
  const words = new Set(`${file}${forAws}`.match(/\w+/g));
  const missing = names.filter((name) => !words.has(name) && name !== 'COMPOSE_FILE');
  expect(missing).toEqual(elsewhere);
});

test('the topic is created without write caching of its own', () => {
  expect(services['create-topic']?.command).toMatch(/^topic create /);
  expect(services['create-topic']?.command).not.toContain('write.caching');
});

if (composeCommands.length === 0)
  console.warn('There is no Docker Compose here to check docker-compose.yml with.');

describe.each(composeCommands.map((command) => ({ name: command.join(' '), command })))(
  '$name',
  ({ command }) => {
    const config = (...options: string[]): Promise<string> => run([...command, ...options, 'config']);

    test('accepts the file, and a copy of .env.sample changes nothing', async () => {
      expect(await config('--env-file', '.env.sample')).toBe(await config('--env-file', noSettings));
    });

    test('says what is missing for AWS', async () => {
      const files = ['-f', 'docker-compose.yml', '-f', 'docker-compose.aws.yml'];
      await expect(config('--env-file', noSettings, ...files)).rejects.toThrow('is missing in .env');
    });
  },
);
