import { ticketQuery } from '@client-tickets/tickets';
import { runOperator } from './run-operator.ts';

await runOperator(ticketQuery);
