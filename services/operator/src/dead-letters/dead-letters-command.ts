import type { Command } from 'commander';
import type { Choose } from '../cli/operator-context.ts';
import { addList } from './list-command.ts';
import { addRequeue } from './requeue-command.ts';
import { addShow } from './show-command.ts';

export function addDeadLetters(program: Command, choose: Choose): void {
  const command = program
    .command('dead-letters')
    .description(
      'The records that are not of the kind that the query reads: list them, show one, send some back to the topic.',
    );
  for (const add of [addList, addShow, addRequeue]) add(command, choose);
}
