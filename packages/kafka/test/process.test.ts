import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';

describe.skipIf(!hasBrokers)('a process that reads and writes', () => {
  const { uniqueName } = useRealBrokers();

  test('prints no warning, and ends by itself once all is closed', async () => {
    const script = fileURLToPath(new URL('support/short-life.ts', import.meta.url));
    const { KAFKAJS_NO_PARTITIONER_WARNING: _, ...env } = process.env;
    const child = spawn(process.execPath, ['--import', 'tsx', script, uniqueName()], {
      env,
      timeout: 500_000,
    });
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: 'closed', stderr: '', exitCode: 0 });
  });
});
