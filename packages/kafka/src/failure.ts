import { KafkaError, type KafkaErrorCode } from './kafka-error.ts';

/**
 * What a failed call to kafkajs means.
 *
 * - `transient`: a broker is down, slow or busy, or the group moves. Heals without us.
 * - `refused`, `topic_missing`: does not heal, unless it was seen during a change (a topic that is just being created).
 * - `unexplained`: anything else, a batch that can't be decoded for instance.
 */
export type FailureKind = 'transient' | 'refused' | 'topic_missing' | 'unexplained';

export interface Failure {
  readonly kind: FailureKind;
  /** The innermost reason, without kafkajs's wrapping. */
  readonly reason: string;
  /** The protocol's name for it, such as `OUT_OF_ORDER_SEQUENCE_NUMBER`. */
  readonly type: string | undefined;
  /** OpenSSL's or Node's name for what is wrong with TLS, such as `CERT_HAS_EXPIRED`. */
  readonly tlsCode: string | undefined;
}

const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
]);

const GROUP_MOVES: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

const REFUSED =
  /AUTHORIZATION_FAILED$|^SASL_AUTHENTICATION_FAILED$|^UNSUPPORTED_SASL_MECHANISM$|^INCONSISTENT_GROUP_PROTOCOL$/;
const TLS_REFUSED = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_|UNABLE_TO_)/;
const TOPIC_MISSING: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

const OWN: Readonly<Record<KafkaErrorCode, FailureKind>> = {
  unavailable: 'transient',
  group_moved_on: 'transient',
  refused: 'refused',
  topic_missing: 'topic_missing',
  too_few_brokers: 'unexplained',
  unreadable_batch: 'unexplained',
  unsupported: 'unexplained',
  failed: 'unexplained',
};

/** Reads an error of kafkajs through all that it was wrapped in. */
export function readFailure(error: unknown): Failure {
  if (error instanceof KafkaError) return { kind: OWN[error.code], reason: error.message, ...UNNAMED };
  const links = [...causes(error)];
  const reason = links.at(-1)?.message ?? String(error);
  const type = links.find((link) => link.type !== undefined)?.type;
  const tlsCode = links.find(isTlsRefusal)?.code;
  return { kind: kindOf(links), reason, type, tlsCode };
}

const UNNAMED = { type: undefined, tlsCode: undefined };

/** Whether the group gave our partitions, or our place in it, to another member. */
export function isGroupMove(failure: Failure): boolean {
  return failure.type !== undefined && GROUP_MOVES.has(failure.type);
}

interface Link {
  readonly name: string;
  readonly message: string;
  readonly type: string | undefined;
  readonly code: string | undefined;
  readonly retriable: boolean;
}

function kindOf(links: readonly Link[]): FailureKind {
  const has = (test: (link: Link) => boolean): boolean => links.some(test);
  if (has(({ name }) => name === 'KafkaJSSASLAuthenticationError')) return 'refused';
  if (has(({ type }) => type !== undefined && REFUSED.test(type))) return 'refused';
  if (has(isTlsRefusal)) return 'refused';
  if (has(({ type }) => type !== undefined && TOPIC_MISSING.has(type))) return 'topic_missing';
  if (has(({ type }) => type !== undefined && GROUP_MOVES.has(type))) return 'transient';
  if (has(({ name }) => TRANSIENT_NAMES.has(name))) return 'transient';
  return has(({ type, retriable }) => type !== undefined && retriable) ? 'transient' : 'unexplained';
}

function isTlsRefusal({ code }: Link): boolean {
  return code !== undefined && TLS_REFUSED.test(code);
}

function* causes(error: unknown): Generator<Link> {
  const seen = new Set<unknown>();
  for (let link = error; link instanceof Error && !seen.has(link); link = link.cause) {
    seen.add(link);
    yield {
      name: link.name,
      message: link.message,
      type: 'type' in link && typeof link.type === 'string' ? link.type : undefined,
      code: 'code' in link && typeof link.code === 'string' ? link.code : undefined,
      retriable: 'retriable' in link && link.retriable === true,
    };
  }
}
