import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';

const services: ChildProcess[] = [];
afterAll(() => {
  for (const service of services) service.kill('SIGKILL');
});

function start(...args: readonly string[]): ChildProcess {
  const service = fork(join(import.meta.dirname, 'fixtures/service.ts'), args, {
    execArgv: ['--import', 'tsx'],
    silent: true,
  });
  services.push(service);
  return service;
}

async function ended(service: ChildProcess) {
  const [stdout, stderr, [code]] = await Promise.all([
    service.stdout === null ? '' : text(service.stdout),
    service.stderr === null ? '' : text(service.stderr),
    once(service, 'exit'),
  ]);
  return { code, stdout, stderr };
}

test.concurrent(
  'a service that returns has written everything out and ends with 0, whatever is still open',
  async () => {
    const { code, stdout } = await ended(start('finish'));
    expect(code).toBe(0);
    expect(stdout).toHaveLength(200_000);
  },
);

test.concurrent.each([
  ['fail', 1, 'cannot start: connect ECONNREFUSED'],
  ['settings', 2, 'One setting is wrong:\\n  N: expected 1, found 2'],
  ['unhandled', 1, 'nobody waits for me'],
])('%s ends with %i and says why', async (action, expectedCode, message) => {
  const { code, stderr } = await ended(start(action));
  expect(code).toBe(expectedCode);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
});

test.concurrent.each(['SIGTERM', 'SIGINT'] as const)('%s stops a service in order', async (name) => {
  const service = start('stop');
  await once(service, 'message');
  service.kill(name);
  expect((await ended(service)).code).toBe(0);
});

test.concurrent.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second %s stops at once with %i', async (name, expectedCode) => {
  const service = start('hang');
  await once(service, 'message');
  const end = ended(service);
  service.kill(name);
  await new Promise<void>((resolve) => {
    service.stderr?.on('data', (line) => String(line).includes('second signal') && resolve());
  });
  service.kill(name);
  expect((await end).code).toBe(expectedCode);
});

test.concurrent('a stop that takes too long ends with 3', async () => {
  const service = start('hang', '50');
  await once(service, 'message');
  service.kill('SIGTERM');
  const { code, stderr } = await ended(service);
  expect(code).toBe(3);
  expect(stderr).toContain('did not get done in time');
});

test.concurrent.each([
  ['finish', 0],
  ['fail', 1],
])(
  '%s ends with %i, and quietly, when the readers of its output have gone away',
  async (action, expectedCode) => {
    const service = start(action);
    service.stdout?.destroy();
    if (action === 'fail') service.stderr?.destroy();
    const [[code], stderr] = await Promise.all([
      once(service, 'exit'),
      action === 'fail' || service.stderr === null ? '' : text(service.stderr),
    ]);
    expect({ code, stderr }).toEqual({ code: expectedCode, stderr: '' });
  },
);
