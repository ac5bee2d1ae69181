import type { ObjectStore } from '@client-tickets/micro-batch';
import { readResults } from '@client-tickets/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { composeCommands, run } from './compose-command.ts';
import { createStack, type Stack } from './stack.ts';

const isWanted = process.env['E2E_COMPOSE'] === '1';
const [command] = composeCommands;
if (!isWanted)
  console.warn('The Compose stack is not tested: it takes minutes and memory. E2E_COMPOSE=1 asks for it.');

/** Each look costs a command, or reads all results. */
const SOON = { interval: 500 };
const BUILD_MS = 15 * 60_000;

describe.skipIf(!isWanted)('the stack of docker-compose.yml', () => {
  let stack: Stack;
  let results: ObjectStore;
  let volumesBefore: readonly string[];
  let expected = 200;
  let startedAt: number;

  const volumes = async (): Promise<readonly string[]> =>
    (await run(['docker', 'volume', 'ls', '--quiet'])).split('\n').filter(Boolean);
  const counted = async (): Promise<number> => (await readResults(results)).counted;

  async function expectEachTicketOnce(): Promise<void> {
    await expect.poll(counted, SOON).toBe(expected);
    // Counts are live; files follow when they are due.
    await expect.poll(async () => (await readResults(results)).rows.length, SOON).toBe(expected);
    const { rows, deadLetters } = await readResults(results);
    expect(rows).toHaveLength(expected);
    expect(new Set(rows).size).toBe(expected);
    expect(deadLetters).toEqual([]);
  }

  /** More tickets, from a producer that runs beside. */
  async function produce(tickets: number, perSecond: number): Promise<void> {
    const settings = ['-e', `TICKET_COUNT=${tickets}`, '-e', `TICKETS_PER_SECOND=${perSecond}`];
    await stack.compose('run', '-d', '--rm', ...settings, 'producer');
    expected += tickets;
  }

  beforeAll(async () => {
    if (command === undefined)
      throw new Error('E2E_COMPOSE=1, but there is neither docker-compose nor docker compose');
    volumesBefore = await volumes();
    stack = await createStack(command, { TICKETS_PER_SECOND: '0', LOG_LEVEL: 'debug' });
    await stack.compose('build');
    startedAt = performance.now();
    await stack.compose('up', '-d');
    results = await stack.openResults();
  }, BUILD_MS);

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    console.error(await stack.compose('ps'), await stack.compose('logs', '--no-color', '--tail', '30'));
  });
  afterAll(async () => {
    await results?.close();
    await stack?.compose('down', '--volumes', '--timeout', '5');
    stack?.close();
  });

  test('counts 200 tickets, and has each once in its files', async () => {
    await expect.poll(counted, { ...SOON, interval: 200 }).toBe(expected);
    console.info(
      `From \`up\` to 200 tickets counted: ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`,
    );
    await expectEachTicketOnce();
  });

  test('answers as Console, pipeline UI and Jupyter', async () => {
    const status = (url: string) => async (): Promise<number> =>
      (await fetch(url, { redirect: 'manual' }).catch(() => ({ status: 0 }))).status;
    await expect.poll(status(stack.url('CONSOLE_PORT')), SOON).toBe(200);
    await expect.poll(status(stack.url('UI_PORT')), SOON).toBe(200);
    await expect.poll(status(stack.url('UI_PORT', '/healthz')), SOON).toBe(200);
    await expect.poll(status(stack.url('UI_PORT', '/readyz')), SOON).toBe(200);
    await expect.poll(status(stack.url('JUPYTER_PORT', '/api')), SOON).toBe(200);
    expect(await status(stack.url('JUPYTER_PORT', '/api/contents'))()).toBe(403); // it asks for the token
  });

  test('makes every container that has a health check healthy', async () => {
    const unhealthy = async (): Promise<string> =>
      run([
        'docker',
        'ps',
        '--filter',
        `label=com.docker.compose.project=${stack.project}`,
        '--filter',
        'health=unhealthy',
        '--filter',
        'health=starting',
        '--format',
        '{{.Names}}',
      ]);
    await expect.poll(unhealthy, SOON).toBe('');
  });

  test('runs every service of ours on a read-only file system, and without privileges', async () => {
    const format = [
      '{{.HostConfig.ReadonlyRootfs}}',
      '{{.HostConfig.Privileged}}',
      '{{.HostConfig.CapDrop}}',
      '{{.HostConfig.CapAdd}}',
      '{{.HostConfig.SecurityOpt}}',
      '{{.Config.User}}',
    ].join(' ');
    for (const service of ['producer', 'consumer', 'pipeline-ui']) {
      const [container = ''] = await stack.containers(service, 'also those that have ended');
      const inspected = await run(['docker', 'inspect', '--format', format, container]);
      expect(`${service} ${inspected}`).toBe(
        `${service} true false [ALL] [] [no-new-privileges:true] node\n`,
      );
    }
    const consumer = ['exec', '-T', 'consumer'];
    const write = (path: string): Promise<string> =>
      stack.compose(...consumer, 'sh', '-c', `echo written > ${path} && cat ${path}`);
    await expect(write('/app/x')).rejects.toThrow('Read-only file system');
    await expect(write('/home/node/x')).rejects.toThrow('Read-only file system');
    expect(await write('/tmp/x')).toBe('written\n');
    const status = await stack.compose(...consumer, 'cat', '/proc/self/status');
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  });

  test("has the operator's commands in the consumer's image", async () => {
    const verified = await stack.compose('exec', '-T', 'consumer', 'tickets', 'verify');
    expect(verified).toContain(`✔ ${expected} tickets and 0 dead letters`);
    const status = await stack.compose('run', '--rm', '-T', '--no-deps', 'consumer', 'tickets', 'status');
    expect(status).toContain(`${expected} tickets, 0 dead letters`);
    await expect(stack.compose('exec', '-T', 'consumer', 'tickets', 'prove')).rejects.toThrow(
      "unknown command 'prove'",
    );
  });

  test('runs the notebook, which finds the counts equal to the rows', async () => {
    const notebook = ['work/result_analysis.ipynb', '--output', '/tmp/executed.ipynb'];
    await stack.compose('exec', '-T', 'jupyter', 'jupyter', 'execute', ...notebook);
    const executed = await stack.compose('exec', '-T', 'jupyter', 'cat', '/tmp/executed.ipynb');
    expect(executed.match(/(?<!\\)"OK: /g)).toHaveLength(7); // printed; the code of the cells has it behind a backslash
    expect(executed).not.toMatch(/(?<!\\)"WRONG: /);
    expect(executed.match(/"image\/png": "/g)).toHaveLength(4);
  });

  test('loses and doubles nothing when a broker and the consumer are killed while tickets flow', async () => {
    await produce(300, 50);
    await expect.poll(counted, SOON).toBeGreaterThan(220);
    await run(['docker', 'kill', 'redpanda-1']);
    const [consumer = ''] = await stack.containers('consumer');
    // From inside, as a crash would be: Docker itself has to bring it back.
    await run([
      'docker',
      'exec',
      consumer,
      'sh',
      '-c',
      "kill -9 $(grep -l 'dist/main[.]js' /proc/[0-9]*/cmdline | cut -d / -f 3 | sort -n | tail -n 1)",
    ]);
    await expectEachTicketOnce();
    const restarts = await run(['docker', 'inspect', '--format', '{{.RestartCount}}', consumer]);
    expect(Number(restarts)).toBeGreaterThan(0);

    await run(['docker', 'start', 'redpanda-1']);
    const health = (): Promise<string> =>
      run(['docker', 'inspect', '--format', '{{.State.Health.Status}}', 'redpanda-1']);
    await expect.poll(health, SOON).toBe('healthy\n');
  });

  test('shares the partitions among three consumers', async () => {
    await stack.compose('up', '-d', '--scale', 'consumer=3', 'consumer');
    expect(await stack.containers('consumer')).toHaveLength(3);
    const group = (): Promise<string> =>
      run(['docker', 'exec', 'redpanda-0', 'rpk', 'group', 'describe', 'client-tickets-consumer']);
    await expect.poll(group, SOON).toMatch(/MEMBERS\s+3\b/);
    await produce(300, 100);
    await expectEachTicketOnce();
    expect((await fetch(stack.url('UI_PORT', '/healthz'))).status).toBe(200);
    console.info(await run(['docker', 'stats', '--no-stream', '--format', '{{.Name}}: {{.MemUsage}}']));
  });

  test('stops in order and leaves no container, volume or network behind', async () => {
    const consumers = await stack.containers('consumer');
    await stack.compose('stop', 'consumer');
    for (const consumer of consumers) {
      expect(await run(['docker', 'inspect', '--format', '{{.State.ExitCode}}', consumer])).toBe('0\n');
    }
    await stack.compose('down', '--volumes');
    expect(await stack.leftovers()).toEqual([]);
    expect((await volumes()).filter((volume) => !volumesBefore.includes(volume))).toEqual([]);
  });
});
