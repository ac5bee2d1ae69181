import { afterEach, expect, test, vi } from 'vitest';
import { runServers } from '../src/command-line.ts';
import type { LocalServers } from '../src/local-servers.ts';

afterEach(() => vi.restoreAllMocks());

/** Runs the command on servers that only note what is asked of them. */
async function run(...args: readonly string[]) {
  const calls: string[] = [];
  let printed = '';
  const note = (call: string) => async (): Promise<void> => void calls.push(call);
  const servers: LocalServers = {
    environment: { KAFKA_BROKERS: 'a:1,b:2' },
    brokers: ['a:1', 'b:2'],
    start: note('start'),
    stop: note('stop'),
    kill: (name) => note(`kill ${name}`)(),
    revive: (name) => note(`revive ${name}`)(),
    status: async () => [
      { name: 'broker-1', port: 19_092, log: '/b.log', pid: 12 },
      { name: 's3', port: 8_333, log: '/s.log', pid: undefined },
    ],
  };
  const said: string[] = [];
  for (const stream of [process.stderr, process.stdout])
    vi.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const code = await runServers(args, {
    open: ({ portShift, home }) => {
      calls.push(`open ${portShift} ${home}`);
      return servers;
    },
    print: (text) => void (printed += text),
  });
  return { code, calls, printed, said: said.join('') };
}

test('start prints the environment to export, and nothing else', async () => {
  const { code, calls, printed } = await run('start', '--port-shift', '300', '--home', '/h');
  expect({ code, printed }).toEqual({ code: 0, printed: 'export KAFKA_BROKERS=a:1,b:2\n' });
  expect(calls).toContain('start');
  expect(calls).toContain('open 300 /h');
});

test.each([
  [['kill', 'broker-2'], 'kill broker-2'],
  [['revive', 's3'], 'revive s3'],
  [['--', 'stop'], 'stop'],
])('%j does it', async (args, call) => {
  const { code, calls } = await run(...args);
  expect(code).toBe(0);
  expect(calls).toContain(call);
});

test('status says what runs, where, and where the logs are', async () => {
  expect((await run('status')).printed.split('\n')).toEqual([
    'broker-1  pid 12       port 19092  /b.log',
    's3        stopped      port 8333  /s.log',
    '',
  ]);
});

test.each([
  [['kill', 'broker-4'], 'Allowed choices are broker-1, broker-2, broker-3, s3'],
  [['start', '--port-shift', '1'], 'expected a multiple of 100 from 0 to 900, found 1'],
  [['restart'], "unknown command 'restart'"],
])('%j is refused with what is allowed', async (args, message) => {
  const { code, calls, said } = await run(...args);
  expect({ code, calls }).toEqual({ code: 2, calls: [] });
  expect(said).toContain(message);
});
