export { waitForBrokers, type WaitForBrokersOptions } from './broker-wait.ts';
export { registerCodecs, type CompressionName } from './codecs.ts';
export { countRecords } from './kafka-offsets.ts';
export { createGroupOwners, type GroupOwners } from './group-owners.ts';
export { listGroupMembers, type GroupMember } from './group-members.ts';
export type { KafkaConnection, TopicClientOptions } from './kafka-connection.ts';
export { KafkaError, type KafkaErrorCode } from './kafka-error.ts';
export {
  createKafkaProducer,
  type KafkaProducer,
  type KafkaProducerOptions,
  type ProducerMessage,
} from './kafka-producer.ts';
export { createKafkaSource, type KafkaSource, type KafkaSourceOptions } from './kafka-source.ts';
export {
  ensureTopic,
  type EnsuredTopic,
  type EnsureTopicOptions,
  type TopicDifference,
} from './topic-admin.ts';
export { openTransactionalTopic } from './kafka-transactional-topic.ts';
export type { IdentifiedRecord, TransactionalTopic } from './transactional-topic.ts';
