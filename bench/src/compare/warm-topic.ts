import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Reads a topic once, so that everybody finds its files in the page cache, the first one too. Without kcat the first system
 * of a round has colder files than the others, which is why the order changes.
 */
export async function warmTopic(topic: string, brokers: readonly string[]): Promise<void> {
  const kcat = spawn(
    'kcat',
    ['-C', '-b', brokers.join(','), '-t', topic, '-o', 'beginning', '-e', '-q', '-f', ''],
    { stdio: 'ignore' },
  );
  await Promise.race([once(kcat, 'exit'), once(kcat, 'error')]).catch(() => undefined);
}
