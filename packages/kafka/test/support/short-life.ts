// Run as a process of its own: writes to a topic, reads it, closes everything. Then nothing may keep the process alive.
import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import { createKafkaProducer, createKafkaSource, ensureTopic, waitForBrokers } from '../../src/index.ts';
import { RecordingListener } from './recording-listener.ts';

const [topic = ''] = process.argv.slice(2);
const connection = { brokers: process.env['KAFKA_BROKERS']?.split(',') ?? [] };
const common = { connection, topic, logger: silentLogger, clock: systemClock };

await waitForBrokers(common);
await ensureTopic({ ...common, partitions: 3, replicationFactor: 3 });
const producer = createKafkaProducer(common);
await producer.send([{ key: 'CL-100', value: 'one' }]);

const source = createKafkaSource({ ...common, groupId: topic });
const listener = new RecordingListener();
listener.atAssignment = (partitions) => {
  for (const partition of partitions) source.seek(partition, 0n);
};
await source.start(listener);
await listener.until(({ chunks }) => chunks.length > 0);
await source.fetchOffsets([0, 1, 2]);
await producer.send([{ key: 'CL-100', value: 'two' }]);
await listener.until(({ chunks }) => chunks.length > 1);
await source.stop();
await producer.close();
process.stdout.write('closed');
