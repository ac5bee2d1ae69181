import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Contender } from '../contender.ts';

/** The floor: what it takes to read the topic and do nothing with it. */
export const kcat: Contender = {
  name: 'kcat',
  title: 'kcat (reading alone)',
  job: 'reads to the end and drops what it reads; large queues',
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
    args: ['-C', '-b', brokers.join(','), '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '']
      .concat(['-X', 'queued.max.messages.kbytes=262144', '-X', 'queued.min.messages=1000000'])
      .concat(['-X', 'fetch.message.max.bytes=8388608', '-X', 'check.crcs=false']),
    env: {},
    cwd: folder,
  }),
  result: async () => ({ counts: undefined, enriched: [] }),
};
