import { backoffMs, silentLogger } from '@client-tickets/micro-batch';
import { readFailure, type Failure } from './failure.ts';
import { createKafkaClient, type ClientOptions } from './kafka-connection.ts';
import { KafkaError } from './kafka-error.ts';
import { refusalAdvice } from './refusal-advice.ts';
import { withinTime } from './within-time.ts';

export interface WaitForBrokersOptions extends ClientOptions {
  /** Default: 60 s. */
  readonly timeoutMs?: number;
  /** Ends the wait early; it then rejects. */
  readonly signal?: AbortSignal;
}

interface Unreachable {
  readonly broker: string;
  readonly failure: Failure;
  /** It did, and what came next failed: a broker tells clients at which address to go on. */
  readonly hasAnswered: boolean;
}

const ATTEMPT_TIMEOUT_MS = 5_000;
/** The last attempt has so long at least, or it would hide the reason. */
const LEAST_ATTEMPT_MS = 500;
const DELAYS = { firstMs: 250, longestMs: 1_000 };
const REMIND_MS = 10_000;

/**
 * Resolves as soon as one of the brokers has answered (and has let us in). Says that it waits, and every ten seconds again.
 * Rejects with a `KafkaError` that names each broker and why it could not be used: `refused` when all that answered turned
 * us away twice, `unavailable` when the time is over.
 */
export async function waitForBrokers(options: WaitForBrokersOptions): Promise<void> {
  const { connection, logger, clock, timeoutMs = 60_000, signal } = options;
  const startedAt = clock.monotonic();
  let remindAt = startedAt;
  let refusals = 0;
  for (let failures = 1; ; failures += 1) {
    const delayMs = backoffMs(failures, DELAYS);
    const left = timeoutMs - (clock.monotonic() - startedAt);
    const unreachable = await probe(options, Math.min(Math.max(left, LEAST_ATTEMPT_MS), ATTEMPT_TIMEOUT_MS));
    if (unreachable === undefined) return;
    const now = clock.monotonic();
    const refused = unreachable.find(({ failure }) => failure.kind === 'refused')?.failure;
    if (refused !== undefined) refusals += 1;
    if (refused !== undefined && refusals > 1)
      throw new KafkaError('refused', `${list(unreachable)} ${refusalAdvice(refused)}`);
    if (now - startedAt + delayMs >= timeoutMs || signal?.aborted === true) {
      throw tooLate(unreachable, Math.round((now - startedAt) / 1000));
    }
    if (now >= remindAt) {
      remindAt = now + REMIND_MS;
      logger.info({ brokers: connection.brokers, reasons: unreachable.map(explain) }, 'waiting for Kafka');
    }
    await clock.sleep(delayMs, signal);
  }
}

/** Asks all of them at once; `undefined` as soon as one has answered. */
async function probe(
  options: WaitForBrokersOptions,
  timeoutMs: number,
): Promise<readonly Unreachable[] | undefined> {
  const unreachable: Unreachable[] = [];
  const attempts = options.connection.brokers.map(async (broker) => {
    let hasAnswered = false;
    try {
      await reach(options, broker, timeoutMs, () => (hasAnswered = true));
    } catch (error) {
      unreachable.push({ broker, failure: readFailure(error), hasAnswered });
      throw error;
    }
  });
  try {
    await Promise.any(attempts);
    return undefined;
  } catch {
    return unreachable;
  }
}

async function reach(
  { connection, clock }: WaitForBrokersOptions,
  broker: string,
  timeoutMs: number,
  onAnswer: () => void,
): Promise<void> {
  const client = createKafkaClient({
    connection: { ...connection, brokers: [broker] },
    logger: silentLogger, // the reasons are in the errors
    clock,
    requestTimeoutMs: ATTEMPT_TIMEOUT_MS,
    retries: 0,
  });
  const admin = client.kafka.admin();
  try {
    await withinTime(clock, timeoutMs, admin.connect());
    onAnswer();
    await withinTime(clock, timeoutMs, admin.describeCluster()); // what one may not do without the login that is expected
    await withinTime(clock, timeoutMs, admin.disconnect());
  } finally {
    client.destroy();
  }
}

function tooLate(unreachable: readonly Unreachable[], seconds: number): KafkaError {
  const [answered] = unreachable.filter(({ hasAnswered }) => hasAnswered);
  if (answered === undefined) {
    return new KafkaError(
      'unavailable',
      `No Kafka broker could be reached within ${seconds} s. ${list(unreachable)} Check KAFKA_BROKERS, and that they run.`,
    );
  }
  return new KafkaError(
    'unavailable',
    `${answered.broker} answered, but the address at which it tells clients to go on could not be used within ${seconds} s. ` +
      `${list(unreachable)} Check what the brokers advertise (advertised.listeners, or --advertise-kafka-addr of Redpanda): it ` +
      'must be reachable from here, and KAFKA_BROKERS must name the listener that is meant for clients here.',
  );
}

const explain = ({ broker, failure: { reason } }: Unreachable): string =>
  /closed/i.test(reason) ? `${broker}: ${reason} (does it expect TLS or SASL?)` : `${broker}: ${reason}`;

const list = (unreachable: readonly Unreachable[]): string =>
  unreachable.map((each) => `${explain(each).replace(/\.$/, '')}.`).join(' ');
