import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { System } from '../system.ts';

/** Queues so large that it never waits for itself. */
const KCAT_SETTINGS = [
  'queued.max.messages.kbytes=262144',
  'queued.min.messages=1000000',
  'fetch.message.max.bytes=8388608',
  'check.crcs=false',
];

/** The floor: what it takes to read the topic and do nothing with it. */
export const kcat: System = {
  name: 'kcat',
  title: 'kcat (reading alone)',
  job: `reads to the end and drops what it reads; ${KCAT_SETTINGS.map((setting) => `\`${setting}\``).join(', ')}`,
  guess: { startSeconds: 0.5, secondsPerMillion: 1 },
  version: async () => KCAT_SETTINGS.join(' '),
  missing: async () => {
    try {
      await promisify(execFile)('kcat', ['-V']);
      return undefined;
    } catch {
      return 'not installed (apt-get install kcat)';
    }
  },
  command: ({ brokers, topic, folder }) => ({
    file: 'kcat',
    args: ['-C', '-b', brokers.join(','), '-t', topic, '-o', 'beginning', '-e', '-q', '-f', ''].concat(
      KCAT_SETTINGS.flatMap((setting) => ['-X', setting]),
    ),
    env: {},
    cwd: folder,
  }),
  result: async () => ({ counts: undefined, enriched: [] }),
};
