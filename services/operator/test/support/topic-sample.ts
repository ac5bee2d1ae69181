import { systemClock, type SourceRecord } from '@client-tickets/micro-batch';
import type { MemoryLog } from '@client-tickets/micro-batch/testing';
import { readRecords } from '../../src/topic/read-records.ts';
import type { TopicAccess } from '../../src/topic/topic-access.ts';

/** Reads a log beside those who consume it. */
export const readFrom =
  (
    log: MemoryLog,
    change: (record: SourceRecord) => SourceRecord = (record) => record,
  ): TopicAccess['readRecords'] =>
  async (windows) => {
    const read = await readRecords(log.createSource({ alone: true }), windows, {
      clock: systemClock,
      timeoutMs: 10_000,
    });
    return new Map([...read].map(([partition, records]) => [partition, records.map(change)]));
  };
