import type { z } from 'zod';
import { setting } from './setting.ts';
import { boolean, brokers, choice, integer, password, text, topicName } from './setting-types.ts';

const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** How brokers and topic are reached: part of a schema, `z.object({ ...kafkaSettings, … }).check(checkSasl)`. */
export const kafkaSettings = {
  KAFKA_BROKERS: setting(brokers(), {
    default: 'localhost:19092',
    description: 'The brokers; one that answers is enough to find the others.',
  }),
  KAFKA_TOPIC: setting(topicName(), {
    default: 'client_tickets',
    description: 'The topic of the tickets.',
  }),
  KAFKA_TOPIC_PARTITIONS: setting(integer({ min: 1, max: 10_000 }), {
    default: '3',
    description: 'How many partitions the topic gets when it is created.',
  }),
  KAFKA_TOPIC_REPLICATION_FACTOR: setting(integer({ min: 1, max: 100 }), {
    default: '3',
    description: 'How many brokers keep each partition when the topic is created.',
  }),
  KAFKA_SSL: setting(boolean(), { default: 'false', description: 'Whether brokers are reached over TLS.' }),
  KAFKA_SASL_MECHANISM: setting(choice(SASL_MECHANISMS), {
    description: 'How to log in to the brokers; without it there is no login.',
  }),
  KAFKA_SASL_USERNAME: setting(text('a user name'), { description: 'The user that logs in.' }),
  KAFKA_SASL_PASSWORD: setting(password(), { description: "The user's password.", isSecret: true }),
};

/** Of programs that read the topic, or look after those that do. */
export const groupSettings = {
  KAFKA_GROUP_ID: setting(text('the name of a group'), {
    default: 'client-tickets-consumer',
    description: 'Consumers of one group share the partitions.',
  }),
};

type KafkaSettings = {
  readonly [Name in keyof typeof kafkaSettings]: z.output<(typeof kafkaSettings)[Name]>;
};
type SaslSettings = Pick<
  KafkaSettings,
  'KAFKA_SASL_MECHANISM' | 'KAFKA_SASL_USERNAME' | 'KAFKA_SASL_PASSWORD'
>;

/** A login is whole or there is none: mechanism, user name and password. */
export function checkSasl(payload: z.core.ParsePayload<SaslSettings>): void {
  const { value, issues } = payload;
  // A mechanism that is not understood has been reported already.
  if (issues.some(({ path }) => path?.[0] === 'KAFKA_SASL_MECHANISM')) return;
  const names = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
  const given = names.find((name) => value[name] !== undefined);
  if (given === undefined) return;
  for (const name of names) {
    if (value[name] !== undefined) continue;
    const expected = name === 'KAFKA_SASL_MECHANISM' ? `one of ${SASL_MECHANISMS.join(', ')}` : 'a value';
    const message = `expected ${expected}, because ${given} is set, found nothing`;
    issues.push({ code: 'custom', path: [name], input: undefined, message });
  }
}

/** The topic as it is to be made. */
export function topicSettings(
  settings: Pick<KafkaSettings, 'KAFKA_TOPIC' | 'KAFKA_TOPIC_PARTITIONS' | 'KAFKA_TOPIC_REPLICATION_FACTOR'>,
) {
  return {
    topic: settings.KAFKA_TOPIC,
    partitions: settings.KAFKA_TOPIC_PARTITIONS,
    replicationFactor: settings.KAFKA_TOPIC_REPLICATION_FACTOR,
  };
}

/** The settings in the shape that packages/kafka takes. */
export function kafkaConnection(settings: SaslSettings & Pick<KafkaSettings, 'KAFKA_BROKERS' | 'KAFKA_SSL'>) {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = settings;
  const connection = { brokers: settings.KAFKA_BROKERS, ssl: settings.KAFKA_SSL };
  if (mechanism === undefined || username === undefined || password === undefined) return connection;
  return { ...connection, sasl: { mechanism, username, password } };
}
