import { ticketQuery } from '@client-tickets/tickets';
import { runConsumer } from './run-consumer.ts';

await runConsumer(ticketQuery);
