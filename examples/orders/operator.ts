import { runOperator } from '@client-tickets/operator';
import { orderQuery } from './order-query.ts';

await runOperator(orderQuery);
