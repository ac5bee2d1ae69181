import { createKafkaProducer, ensureTopic } from '@client-tickets/kafka';
import { silentLogger as logger, systemClock as clock } from '@client-tickets/micro-batch';
import { ORDERS } from './orders.ts';

const { KAFKA_BROKERS = 'localhost:19092', KAFKA_TOPIC: topic = 'orders' } = process.env;
const cluster = { connection: { brokers: KAFKA_BROKERS.split(',') }, topic, logger, clock };

await ensureTopic({ ...cluster, partitions: 3, replicationFactor: 3 });
const producer = createKafkaProducer(cluster);
await producer.send(ORDERS.map((value, index) => ({ key: `shop-${index}`, value })));
await producer.close();
