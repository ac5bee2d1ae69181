import { createLocalServers } from './local-servers.ts';
import { runServers } from './command-line.ts';

const say = (line: string): void => void process.stderr.write(`servers: ${line}\n`);
try {
  process.exitCode = await runServers(process.argv.slice(2), {
    open: (options) => createLocalServers({ ...options, say }),
    print: (text) => void process.stdout.write(text),
  });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
