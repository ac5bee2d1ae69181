import { expect, test, vi } from 'vitest';
import { readProducerCommandLine } from '../src/command-line.ts';
import { producerSettings } from '../src/config.ts';

function read(...args: readonly string[]) {
  let printed = '';
  const keep = (text: string | Uint8Array): boolean => ((printed += String(text)), true);
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  );
  const commandLine = readProducerCommandLine(args);
  for (const spy of spies) spy.mockRestore();
  return { commandLine, printed };
}

test('flags stand for variables', () => {
  const { commandLine } = read(
    '--count',
    '5',
    '--rate=0.5',
    '--seed',
    '7',
    '--brokers',
    'a:1,b:2',
    '--topic',
    't',
  );
  expect(commandLine).toEqual({
    kind: 'run',
    flags: {
      TICKET_COUNT: '5',
      TICKETS_PER_SECOND: '0.5',
      TICKET_SEED: '7',
      KAFKA_BROKERS: 'a:1,b:2',
      KAFKA_TOPIC: 't',
    },
  });
});

test('without flags the environment alone counts, also after the dashes of a package manager', () => {
  expect(read().commandLine).toEqual({ kind: 'run', flags: {} });
  expect(read('--', '--count', '5').commandLine).toEqual({ kind: 'run', flags: { TICKET_COUNT: '5' } });
});

test('a flag that does not exist is refused by name', () => {
  const { commandLine, printed } = read('--cuont', '5');
  expect(commandLine).toEqual({ kind: 'wrong' });
  expect(printed).toContain('--cuont');
});

test('the help lists every flag, variable and exit code', () => {
  const { commandLine, printed } = read('--help');
  expect(commandLine).toEqual({ kind: 'help' });
  const flags = ['--count', '--rate', '--seed', '--brokers', '--topic', '--help'];
  for (const part of [...flags, ...Object.keys(producerSettings.shape), '130', '143'])
    expect(printed).toContain(part);
});
