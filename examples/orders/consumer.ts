import { runConsumer } from '@client-tickets/consumer/run';
import { orderQuery } from './order-query.ts';

await runConsumer(orderQuery);
