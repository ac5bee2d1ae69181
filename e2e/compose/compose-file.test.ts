import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { composeCommands, run } from './compose-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'client-tickets-compose-'));
const noSettings = join(folder, 'empty.env');
writeFileSync(noSettings, '');
afterAll(() => rmSync(folder, { recursive: true }));

const file = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');

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
