import { Command, type OutputConfiguration } from 'commander';
import { parseArguments, settingsHelp, type Environment } from '@client-tickets/service-kit';
import { operatorSettings } from '../config.ts';
import { addAcceptDataLoss } from '../data-loss/accept-data-loss-command.ts';
import { addDeadLetters } from '../dead-letters/dead-letters-command.ts';
import { addPlan } from '../plan/plan-command.ts';
import { addRebuild } from '../rebuild/rebuild-command.ts';
import { addReset } from '../reset/reset-command.ts';
import { addStatus } from '../status/status-command.ts';
import { addOptimize } from '../table/optimize-command.ts';
import { addVacuum } from '../table/vacuum-command.ts';
import { addVerify } from '../verify/verify-command.ts';
import type { Action, Choose } from './operator-context.ts';

export type CommandLine =
  /** What to do, and the variables that flags have set. */
  | { readonly kind: 'run'; readonly action: Action; readonly flags: Environment }
  /** What was asked for, or what is wrong, has been printed. */
  | { readonly kind: 'help' | 'wrong' };

/** Reads the command line. Nothing is done yet, but help and errors are written; by default where they belong. */
export function readCommand(args: readonly string[], written: OutputConfiguration = {}): CommandLine {
  let chosen: CommandLine = { kind: 'wrong' };
  const choose: Choose = (flags, action) => {
    chosen = { kind: 'run', flags, action };
  };
  const program = new Command('tickets')
    .description(
      "What the consumer has written: proven, shown, repaired and reset. Reads only, unless a command's text says so.",
    )
    .exitOverride()
    .configureOutput(written)
    .showHelpAfterError('(tickets --help lists the commands, tickets <command> --help its flags)')
    .addHelpText('after', `\n${settingsHelp(operatorSettings)}`);
  for (const add of COMMANDS) add(program, choose);
  const kind = parseArguments(program, args);
  return kind === 'run' ? chosen : { kind };
}

const COMMANDS: readonly ((program: Command, choose: Choose) => void)[] = [
  addVerify,
  addStatus,
  addPlan,
  addDeadLetters,
  addOptimize,
  addVacuum,
  addAcceptDataLoss,
  addReset,
  addRebuild,
];
