import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { poll, startFaultProxy } from '@client-tickets/testkit';
import type { Fault } from '../faults/fault.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import { seeded } from '../plan/seeded.ts';
import type { RunResult } from '../report/run-result.ts';
import { judgeEnd, judgeReading } from '../witness/judge-reading.ts';
import { FORMATS, TABLE_READERS, type TopicRecord } from '../witness/reading.ts';
import type { ChaosContext } from './chaos-context.ts';
import { createSupervisedCrew, type SupervisedCrew } from './supervised-crew.ts';
import { startConsumer } from './consumer-process.ts';
import { createRunLocation } from './run-location.ts';
import { readCommitted, readPublished, type PartitionProgress } from './run-progress.ts';
import type { Stage } from './stage.ts';
import { startTicketFlow } from './ticket-flow.ts';
import { startTickets } from './tickets-process.ts';
import { tidyTable } from './tidy-table.ts';
import { createTopicLogs } from './topic-logs.ts';
import { verifyResults } from './verify-results.ts';
import { watchRun } from './watch-run.ts';

const PARTITIONS = 3;
const SESSION_TIMEOUT_MS = 6_000; // the least that brokers accept
const MOST_INACTIVITY_MS = 3_000;
const ASSIGNED_WITHIN_MS = 30_000;
// Far more than it takes: a deadline tells a run that is stuck from one on a busy machine.
const DONE_WITHIN_MS = 300_000;

/**
 * One run:
 *
 * 1. Consumers start, tickets flow, the fault does its worst. Meanwhile the witness reads what an analyst would see, again and
 *    again, and committed offsets are watched.
 * 2. All tickets are sent and the fault is over. The consumers that are left get done, or they are stopped and a newcomer does.
 * 3. The witness compares files and hours with the topic, record by record, and `verify` proves the location. Where it is part of the
 *    fault, the table is tidied then, and both look again: the witness at the table, as small files are gone.
 */
export async function runChaos(plan: RunPlan, fault: Fault, context: ChaosContext): Promise<RunResult> {
  const { servers, cluster, bundles, witness } = context;
  const began = performance.now();
  const name = `chaos-${plan.fault}-${plan.seed}-${randomBytes(3).toString('hex')}`;
  const s3 = {
    endpoint: servers.environment['AWS_ENDPOINT_URL_S3'],
    region: servers.environment['AWS_REGION'],
  };
  const proxy = await startFaultProxy(s3.endpoint ?? '', seeded(plan.fault, plan.seed, 'proxy'));
  const bucket = servers.environment['S3_BUCKET'] ?? '';
  const location = await createRunLocation({
    kind: plan.storage,
    name,
    bucket,
    s3: { ...s3, credentials: context.credentials },
    diskBytes: fault.diskBytes,
  });
  const { RESULTS_PATH, CHECKPOINT_PATH } = location;
  const settings = {
    ...servers.environment,
    KAFKA_TOPIC: name,
    RESULTS_PATH,
    CHECKPOINT_PATH,
    RESULTS_FORMAT: plan.formats,
  };
  const consumerSettings = {
    ...settings,
    MAX_OFFSETS_PER_TRIGGER: String(plan.maxOffsetsPerTrigger),
    TRIGGER: `${plan.triggerMs} milliseconds`,
    RESULTS_ROLLOVER_INTERVAL: `${plan.rolloverMs} milliseconds`,
    // A partition must not follow the others in a pause, or what is late could not be told from the topic alone.
    WATERMARK_IDLE: '1 hour',
    RESULTS_INACTIVITY_INTERVAL: `${Math.min(plan.rolloverMs, MOST_INACTIVITY_MS)} milliseconds`,
    KAFKA_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
  };
  const crew = createSupervisedCrew({
    bundle: bundles.consumer,
    environment: {
      ...consumerSettings,
      ...(fault.usesProxy === true ? { AWS_ENDPOINT_URL_S3: proxy.endpoint } : {}),
    },
    clockShifts: fault.shiftsClocks === true,
  });
  let groups = 0;
  const newGroup = (): string => `${name}-${(groups += 1)}`;
  const logs = createTopicLogs({
    topic: name,
    partitions: PARTITIONS,
    brokers: servers.brokers,
    witness,
    cluster,
  });
  const stage: Omit<Stage, 'flow' | 'everyPartitionCommitted' | 'dataLossAccepted'> = {
    random: seeded(plan.fault, plan.seed, 'fault'),
    topic: name,
    partitions: PARTITIONS,
    group: newGroup(),
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    crew,
    servers,
    cluster,
    location,
    proxy,
    newGroup,
    optimize: () => startTickets(bundles.operator, ['optimize', '--target-size', '1 MB'], settings),
    logs,
    after: (ms) => delay(ms),
    assigned: (consumer) =>
      Promise.race([
        consumer.logged('partitions assigned'),
        delay(ASSIGNED_WITHIN_MS, undefined, { ref: false }),
      ]),
  };

  const problems: string[] = [];
  let end = { lost: 0, duplicated: 0 };
  let tickets = 0;
  let unstored: readonly PartitionProgress[] | undefined;
  let watched = { readings: 0, unreadable: 0, longestStallMs: 0 };
  try {
    await cluster.createTopic(name, PARTITIONS);
    for (let count = 0; count < plan.consumers; count += 1) crew.start(stage.group);
    // Tickets that wait for the first consumer would all be in its first batches, and boundaries of batches would not matter.
    await Promise.all(crew.running().map((consumer) => stage.assigned(consumer)));
    const flow = startTicketFlow({
      topic: name,
      brokers: servers.brokers,
      tickets: plan.tickets,
      flowMs: fault.flowMs,
      repeats: fault.repeats ?? 0,
      ticketBytes: fault.ticketBytes ?? 0,
      seed: plan.seed,
      random: seeded(plan.fault, plan.seed, 'flow'),
    });
    const store = await location.open();
    const progress = () => readCommitted(store, name, PARTITIONS);
    const committed = async (): Promise<number | undefined> =>
      (await progress())?.reduce(
        (sum, { partition, endOffset }) => sum + logs.recordsBefore(partition, endOffset),
        0,
      );
    const every = (what: string, isReached: (endOffset: number) => boolean): Promise<void> =>
      poll(what, DONE_WITHIN_MS, async () => {
        const partitions = await progress();
        return partitions?.every(({ endOffset }) => isReached(endOffset)) === true;
      });
    const fullStage: Stage = {
      ...stage,
      flow,
      everyPartitionCommitted: () => every('something committed of each partition', (end) => end > 0),
      dataLossAccepted: () =>
        poll('all partitions in the present log', DONE_WITHIN_MS, async () => {
          const partitions = await progress();
          if (partitions?.some(({ isStopped }) => isStopped) === true) {
            // A folder is one process's: to decide there, the consumer is stopped first.
            const accept = async (): Promise<void> => {
              const accepting = startTickets(bundles.operator, ['accept-data-loss', '--yes'], settings);
              if ((await accepting.ended) !== 0) throw new Error(accepting.output());
            };
            await (plan.storage === 'folder' ? crew.rest(accept) : accept());
          }
          return partitions?.every(({ endOffset }) => logs.isInPresent(endOffset)) === true;
        }),
    };
    const watch = watchRun({ witness, location, flow, committed });
    try {
      const [unacknowledged] = await Promise.all([flow.done, fault.inject(fullStage)]);
      problems.push(...unacknowledged);
      await finish(plan, crew, stage, bundles.consumer, {
        settings: consumerSettings,
        // A consumer that was killed after its last commit has not published it; another one has to.
        isDone: async () =>
          ((await committed()) ?? 0) >= flow.records() &&
          ((await readPublished(store)) ?? 0) >= sumOfRows(await progress()),
      });
    } finally {
      watched = await watch.stop();
      problems.push(...watch.problems);
      unstored = await progress();
      await store.close();
    }

    const topic = await logs.read();
    const reading = await witness.readResults(RESULTS_PATH);
    const views = FORMATS.filter((format) => plan.formats.includes(format));
    const truth = {
      topic,
      former: logs.former,
      unstored: isUnstored(unstored),
      acknowledged: flow.acknowledged,
    };
    const verdict = judgeEnd({ ...truth, reading, views });
    end = verdict;
    tickets = verdict.records;
    // The table may lack what the last consumer had no time to add.
    problems.push(...verdict.problems, ...judgeReading(reading, undefined, flow.sent));
    const verified = await verifyResults(bundles.operator, settings);
    if (fault.tidies === true) {
      problems.push(...(await tidyTable(bundles.operator, settings, tickets)));
      const tidied = await witness.readResults(RESULTS_PATH);
      const left = ['json', ...TABLE_READERS] as const;
      problems.push(...judgeEnd({ ...truth, reading: tidied, views: left }).problems);
    }
    const repeated = topic.length - new Set(topic.map(({ ticketId }) => ticketId)).size;
    if (!verified.ok) problems.push(`verify found differences:\n${verified.output}`);
    else if (verified.tickets !== tickets)
      problems.push(`verify counts ${verified.tickets} tickets, expected ${tickets}`);
    if (fault.repeats === undefined && repeated > 0)
      problems.push(`the producer has written ${repeated} tickets again`);
  } catch (error) {
    problems.push(
      `the run broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  } finally {
    await crew.abandon();
    await proxy.close();
  }
  if (problems.length > 0)
    await keepOutput(context.failures, plan, [...problems, `kept: ${RESULTS_PATH}`], crew);
  else await cluster.deleteTopic(name);
  if (problems.length === 0) await location.remove();
  return {
    fault: plan.fault,
    seed: plan.seed,
    storage: plan.storage,
    consumers: plan.consumers,
    tickets,
    lost: end.lost,
    duplicated: end.duplicated,
    ...watched,
    restarts: crew.failures(),
    misbehaved: proxy.misbehaved(),
    seconds: Math.round((performance.now() - began) / 100) / 10,
    at: new Date().toISOString(),
    commit: context.commit,
    problems,
  };
}

/** Step 2. */
async function finish(
  { finisher }: RunPlan,
  crew: SupervisedCrew,
  stage: Pick<Stage, 'newGroup'>,
  bundle: string,
  {
    settings,
    isDone,
  }: { readonly settings: Readonly<Record<string, string>>; readonly isDone: () => Promise<boolean> },
): Promise<void> {
  if (finisher === 'survivors') {
    if (crew.running().length === 0) crew.start(stage.newGroup());
    await poll('all tickets committed and counted by the consumers that are left', DONE_WITHIN_MS, isDone);
  }
  const disorder = await crew.retire();
  if (disorder.length > 0) throw new Error(disorder.join('; '));
  // Of a newcomer it is known that it has published all, hours too; those that are left do so as they stop.
  if (finisher === 'survivors') return;
  const newcomer = startConsumer({
    bundle,
    group: stage.newGroup(),
    environment: { ...settings, TRIGGER: 'availableNow' },
    clockShifts: false,
  });
  const ended = await Promise.race([newcomer.ended, delay(DONE_WITHIN_MS, 'too late', { ref: false })]);
  if (ended === 0) return;
  await newcomer.kill();
  throw new Error(`the newcomer with TRIGGER=availableNow ended with ${ended}:\n${newcomer.output()}`);
}

/** Whether a checkpoint says of a record that it went with its log after it was counted. */
function isUnstored(partitions: readonly PartitionProgress[] = []): (record: TopicRecord) => boolean {
  const rangesOf = new Map(partitions.map(({ partition, unstored }) => [partition, unstored]));
  return ({ partition, offset }) =>
    rangesOf
      .get(partition)
      ?.some(({ startOffset, endOffset }) => offset >= startOffset && offset < endOffset) === true;
}

/** What counts have to show. More than there can be while it is not known. */
function sumOfRows(partitions: readonly PartitionProgress[] | undefined): number {
  return partitions?.reduce((sum, { rows }) => sum + rows, 0) ?? Infinity;
}

async function keepOutput(
  folder: string,
  { fault, seed }: RunPlan,
  problems: readonly string[],
  crew: SupervisedCrew,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${fault}-${seed}.log`), `${problems.join('\n')}\n\n${crew.output()}`);
}
