import { beforeAll, describe, expect, test } from 'vitest';
import { createMemoryObjectStore, createRandom, type MemoryLog } from '@client-tickets/micro-batch/testing';
import type { VerifyOptions } from '../src/verify/verify-results.ts';
import type { TopicAccess } from '../src/topic/topic-access.ts';
import type { VerifyReport } from '../src/verify/verify-report.ts';
import { CORRUPTIONS } from './support/corruptions.ts';
import { WINDOW_CORRUPTIONS } from './support/window-corruptions.ts';
import type { Spoilable } from './support/spoil.ts';
import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { readFrom } from './support/topic-sample.ts';
import { startHistory, type History, type HistoryOptions } from './support/history.ts';
import { brokersOf, verify as verifyLeft } from './support/left-query.ts';

const SEED = Number(process.env['VERIFY_SEED'] ?? 7);
const ATTEMPTS = 2;
/** Of files, in bytes: less than a row, and a few rows. */
const PART_SIZES = [97, 1_000] as const;
/** Between two tickets: their hours become final, and are put for good by the day. */
const TWO_HOURS_MS = 2 * 3_600_000;

const options: readonly Omit<HistoryOptions, 'seed'>[] = [
  {
    records: 90,
    partitions: 2,
    maxOffsetsPerTrigger: 5,
    crash: 0.01,
    error: 0.1,
    apartMs: TWO_HOURS_MS,
  },
  {
    records: 90,
    partitions: 3,
    maxOffsetsPerTrigger: 9,
    losses: true,
    apartMs: TWO_HOURS_MS,
  },
  {
    records: 60,
    partitions: 2,
    formats: ['json'],
    maxOffsetsPerTrigger: 6,
    error: 0.1,
  },
  {
    records: 60,
    partitions: 2,
    formats: ['parquet'],
    maxOffsetsPerTrigger: 6,
    apartMs: TWO_HOURS_MS,
  },
  // More batches than a checkpoint names.
  {
    records: 130,
    partitions: 1,
    maxOffsetsPerTrigger: 1,
  },
];

let histories: readonly History[] = [];

beforeAll(async () => {
  histories = options.map((each, index) => startHistory({ ...each, seed: SEED + index }));
  for (const history of histories) {
    await history.end();
  }
});

function verify(
  { results, checkpoints }: Spoilable,
  log: Pick<MemoryLog, 'partitions' | 'offsets'>,
  more: Partial<Pick<VerifyOptions, 'readRecords' | 'parts'>> = {},
): Promise<VerifyReport> {
  const left = {
    resultsStore: createMemoryObjectStore('memory://results/', results),
    checkpointStore: createMemoryObjectStore('memory://checkpoints/', checkpoints),
  };
  return verifyLeft(left, { ...brokersOf(log), ...more });
}

describe('verify finds and names it when', () => {
  test.for(Object.entries({ ...CORRUPTIONS, ...WINDOW_CORRUPTIONS }))('%s', async ([name, corrupt]) => {
    let applied = 0;
    for (const [index, history] of histories.entries()) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { versions } = history;
        const spoilt = {
          results: history.results.copy(),
          checkpoints: history.checkpoints.copy(),
          versions,
        };
        const expected = await corrupt(spoilt, createRandom(SEED + attempt));
        if (expected === undefined) continue;
        applied += 1;
        const { ok, differences } = await verify(spoilt, history.log);
        const parts = { partBytes: PART_SIZES[attempt] ?? 1 };
        expect((await verify(spoilt, history.log, { parts })).differences).toEqual(differences);
        const found = differences.filter(({ code }) => expected.codes.includes(code));
        const where = `${name}, history ${index}, attempt ${attempt}: ${JSON.stringify(expected)} among ${show(differences)}`;
        expect(ok, where).toBe(false);
        expect(found.length, where).toBeGreaterThan(0);
        if (expected.names !== undefined) {
          expect(
            found.some(({ message }) => message.includes(expected.names ?? '')),
            where,
          ).toBe(true);
        }
      }
    }
    expect(applied, 'how often there was something to be spoilt').toBeGreaterThan(0);
  });

  test('a record of the topic was passed over and counted as an empty offset', async () => {
    let applied = 0;
    for (const history of histories) {
      let injected: string | undefined;
      const read: TopicAccess['readRecords'] = async (windows) => {
        const found = await readFrom(history.log)(windows);
        for (const [partition, ranges] of windows) {
          const known = new Set(found.get(partition)?.map(({ offset }) => offset));
          for (const { startOffset, endOffset } of ranges) {
            for (let offset = startOffset; offset < endOffset && injected === undefined; offset += 1n) {
              if (known.has(offset)) continue;
              injected = `partition ${partition}, offset ${offset}`;
              const record = { offset, timestamp: 0, key: null, value: Buffer.from('{') };
              return new Map([...found, [partition, [...(found.get(partition) ?? []), record]]]);
            }
          }
        }
        return found;
      };
      const { differences } = await verify(history, history.log, { readRecords: read });
      if (injected === undefined) continue;
      applied += 1;
      expect(differences.map(({ code }) => code)).toEqual(['topic_differs']);
      expect(differences[0]?.message).toContain(`${injected}: the topic has a record that no file holds`);
    }
    expect(applied, 'how often there was an offset without a record').toBeGreaterThan(0);
  });

  test('the topic was made again, and old offsets hold other records', async () => {
    const generator = createTicketGenerator({ seed: 99, startTime: new Date(0), firstNumber: 90_000 });
    for (const history of histories) {
      const read = readFrom(history.log, (record) => ({ ...record, value: encodeTicket(generator.next()) }));
      const { ok, differences } = await verify(history, history.log, { readRecords: read });
      expect(ok).toBe(false);
      expect(new Set(differences.map(({ code }) => code))).toEqual(new Set(['topic_differs']));
    }
  });

  test('the log ends before what is committed', async () => {
    const [history] = histories;
    if (history === undefined) throw new Error('no history');
    const { differences } = await verify(history, {
      offsets: () => ({ earliest: 0n, latest: 1n }),
      partitions: [0, 1],
    });
    expect(new Set(differences.map(({ code }) => code))).toEqual(new Set(['log_ends_early']));
  });
});

function show(differences: VerifyReport['differences']): string {
  return JSON.stringify(differences, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
