export type { CompressionName } from './codecs.ts';
export type { KafkaConnection, KafkaSasl } from './kafka-connection.ts';
export { KafkaError, type KafkaErrorCode } from './kafka-error.ts';
export { createKafkaSource, type KafkaSourceOptions } from './kafka-source.ts';
