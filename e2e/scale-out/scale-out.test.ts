import { createRandom } from '@client-tickets/micro-batch/testing';
import {
  type ConsumerCrew,
  createConsumerCrew,
  createTestLocation,
  type CrewChange,
  hasKafka,
  hasS3,
  readResults,
  type Results,
  runTickets,
  type ServiceProcess,
  startService,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { crewSettings } from './crew-settings.ts';

const TICKETS = 1_500;
const CHANGES = Number(process.env['E2E_CHANGES'] ?? 4);
const SEED = Number(process.env['E2E_SEED'] ?? 20_261_126);
const MOST_CONSUMERS = 3;

const crews: ConsumerCrew[] = [];
const locations: TestLocation[] = [];
const services: ServiceProcess[] = [];

afterEach(async () => {
  for (const service of services.splice(0)) service.kill('SIGKILL');
  for (const crew of crews.splice(0)) await crew.close();
  for (const location of locations.splice(0)) await location.remove();
});

async function newLocation(): Promise<TestLocation> {
  const location = await createTestLocation('s3');
  locations.push(location);
  return location;
}

/** What may come next: at least one consumer, at most three. */
function possibleChanges(size: number): readonly CrewChange[] {
  if (size === 1) return ['start'];
  return size < MOST_CONSUMERS ? ['start', 'stop', 'kill'] : ['stop', 'kill'];
}

/** What the files say of each ticket: where it was, and which it is. */
function ticketsIn({ rows, ticketIds }: Results): readonly string[] {
  return rows.map((row, index) => `${row} ${ticketIds[index]}`).sort();
}

describe.skipIf(!hasKafka || !hasS3)('consumers of one group (KAFKA_BROKERS, AWS_ENDPOINT_URL_S3)', () => {
  test(`one to three of them, started, stopped and killed ${CHANGES} times (seed ${SEED}), give the results of one`, async () => {
    const random = createRandom(SEED);
    const topic = uniqueName('scale');
    const location = await newLocation();
    const settings = crewSettings(topic, location);
    const crew = createConsumerCrew(settings);
    crews.push(crew);
    await crew.start();
    const producer = startService('producer', {
      KAFKA_TOPIC: topic,
      TICKET_COUNT: String(TICKETS),
      TICKETS_PER_SECOND: '150',
    });
    services.push(producer);

    const history: string[] = [];
    for (let change = 1; change <= CHANGES; change += 1) {
      // Something is counted between any two changes, so that each finds work under way. The part of one that was killed
      // stands still meanwhile; the others have to get on with theirs.
      const before = await crew.counted();
      await expect
        .poll(() => crew.counted(), { interval: 100 })
        .toBeGreaterThan(Math.min(before, TICKETS - 1));
      const changes = possibleChanges(crew.size);
      const what = changes[random.below(changes.length)] ?? 'start';
      history.push(what);
      if (what === 'start') await crew.start();
      else await crew.end(what, random.below(crew.size));
    }
    expect(await producer.ended, producer.output()).toBe(0);
    await expect.poll(() => crew.counted(), { interval: 250 }).toBe(TICKETS);
    await expect.poll(() => crew.isAllInFiles(), { interval: 250 }).toBe(true);
    await crew.close();

    const verified = await runTickets(['verify'], settings);
    expect(verified.output, history.join(', ')).toContain('nothing is lost');
    expect(verified.code, verified.output).toBe(0);

    const alone = await newLocation();
    const one = startService('consumer', {
      ...crewSettings(topic, alone),
      TRIGGER: 'availableNow',
      MAX_OFFSETS_PER_TRIGGER: '0',
    });
    expect(await one.ended, one.output()).toBe(0);
    const ofMany = await readResults(await location.openResults());
    const ofOne = await readResults(await alone.openResults());
    expect(ofOne.rows).toHaveLength(TICKETS);
    expect(ofMany.counts).toEqual(ofOne.counts);
    expect(ticketsIn(ofMany)).toEqual(ticketsIn(ofOne));
  });
});
