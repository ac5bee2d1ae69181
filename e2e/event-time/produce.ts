import { createTopic, patientKafka } from '@client-tickets/testkit';
import type { ArrivedTicket } from './disorder.ts';

const AT_ONCE = 5_000;

/** Makes a topic of these tickets, in their partitions and with the times at which they arrived. */
export async function produce(
  topic: string,
  tickets: readonly ArrivedTicket[],
  partitions: number,
): Promise<void> {
  const producer = patientKafka().producer({ idempotent: true, maxInFlightRequests: 1 });
  await createTopic({ topic, numPartitions: partitions, replicationFactor: 3 });
  await producer.connect();
  for (let first = 0; first < tickets.length; first += AT_ONCE) {
    const messages = tickets.slice(first, first + AT_ONCE).map(({ partition, arrivedAt, ticket }) => ({
      key: ticket.client_id,
      value: JSON.stringify(ticket),
      partition,
      timestamp: String(arrivedAt),
    }));
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
}
