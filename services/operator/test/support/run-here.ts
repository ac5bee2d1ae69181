import { silentLogger, systemClock, type Clock } from '@client-tickets/micro-batch';
import type { Query } from '@client-tickets/records';
import { describeError, readSettings } from '@client-tickets/service-kit';
import { ticketQuery } from '@client-tickets/tickets';
import type { Action, OperatorContext, Stores } from '../../src/cli/operator-context.ts';
import type { Output } from '../../src/cli/output.ts';
import { formatTable, toJson } from '../../src/cli/output.ts';
import { readCommand } from '../../src/cli/read-command.ts';
import { operatorSettings } from '../../src/config.ts';
import { runAction } from '../../src/run-action.ts';
import type { Finished } from './run-tickets.ts';

/**
 * Runs a command in this process: all of the program but its `main.ts`. Questions are answered with no. Where there are `stores`, they
 * are worked on and not those that the environment names.
 */
export async function runHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  query: Query = ticketQuery,
  its: { readonly clock: Clock; readonly stores?: Stores } = { clock: systemClock },
): Promise<Finished> {
  const commandLine = readCommand(args);
  if (commandLine.kind !== 'run') throw new Error(`no command: ${args.join(' ')}`);
  let stdout = '';
  const output: Output = {
    isTerminal: false,
    line: (text = '') => (stdout += `${text}\n`),
    table: (head, rows) => (stdout += `${formatTable(head, rows)}\n`),
    json: (value) => (stdout += `${toJson(value)}\n`),
    bytes: (body) => (stdout += Buffer.from(body).toString()),
    progress: () => undefined,
    confirm: () => Promise.resolve(false),
  };
  try {
    const settings = readSettings(operatorSettings, {
      KAFKA_BROKERS: '127.0.0.1:1',
      ...environment,
      ...commandLine.flags,
    });
    const context = {
      query,
      settings,
      output,
      clock: its.clock,
      logger: silentLogger,
      signal: new AbortController().signal,
    };
    const { stores } = its;
    const action: Action = (opened: OperatorContext) =>
      commandLine.action(stores === undefined ? opened : { ...opened, openStores: async () => stores });
    return { code: await runAction(action, context), stdout, stderr: '' };
  } catch (error) {
    return { code: 1, stdout, stderr: describeError(error) };
  }
}
