export { createCountsPublisher } from './counts-publisher.ts';
export type { DeadLetter } from './dead-letter.ts';
export {
  createTicketHandler,
  RESULT_FORMATS,
  type ResultFormat,
  type TicketState,
} from './ticket-handler.ts';
