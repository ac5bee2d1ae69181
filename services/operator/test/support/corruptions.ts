import { RecordList } from '@client-tickets/micro-batch';
import { handleBatch } from '@client-tickets/micro-batch/testing';
import { createQueryHandler } from '@client-tickets/results';
import { ticketQuery, createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { TOPIC } from './history.ts';
import {
  changeCheckpoint,
  changeFile,
  changeTable,
  CHECKPOINTS,
  drop,
  linesOf,
  putBack,
  replace,
  TABLE_LOG,
  tear,
  toText,
  unnamed,
  type Checkpoint,
  type Corruption,
} from './spoil.ts';

const TICKETS = /^tickets(_json)?\/partition=/;
const JSON_TICKETS = /^tickets_json\/.*\.json$/;
const PARQUET_TICKETS = /^tickets\/.*\.parquet$/;
const DEAD_LETTERS = /^dead_letters\//;
const COUNTS = /^ticket_counts(_by_team|_by_priority)?\//;

export const CORRUPTIONS: Readonly<Record<string, Corruption>> = {
  'a ticket file is deleted': (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(TICKETS));
    if (key === undefined) return undefined;
    spoilt.results.objects.delete(key);
    const other = key.endsWith('.json')
      ? key.replace('tickets_json/', 'tickets/').replace(/json$/, 'parquet')
      : key.replace('tickets/', 'tickets_json/').replace(/parquet$/, 'json');
    const isNamed = spoilt.results.objects.has(other);
    return isNamed ? { codes: ['file_missing'], names: key } : { codes: ['file_missing', 'offsets_missing'] };
  },
  'all files of a range are deleted': (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(TICKETS));
    if (key === undefined) return undefined;
    const range = key.replace(TICKETS, '').replace(/\..*$/, '');
    for (const each of spoilt.results.keys(/./))
      if (each.includes(range)) spoilt.results.objects.delete(each);
    return { codes: ['file_missing', 'offsets_missing'] };
  },
  'a dead letter file is deleted': unnamed(drop(DEAD_LETTERS, ['file_missing', 'totals_differ'])),
  'a JSON file is torn': tear(JSON_TICKETS, ['file_damaged', 'rows_wrong']),
  'a Parquet file is torn': tear(PARQUET_TICKETS, ['file_damaged']),
  'a dead letter file is torn': tear(DEAD_LETTERS, ['file_damaged', 'rows_wrong']),
  'a row is gone from a JSON file': (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(JSON_TICKETS));
    if (key === undefined) return undefined;
    const lines = linesOf(spoilt.results.text(key));
    const gone = random.below(lines.length);
    replace(spoilt.results, key, toText(lines.filter((_, index) => index !== gone)));
    return { codes: ['formats_differ', 'file_damaged', 'rows_wrong', 'totals_differ'] };
  },
  'a row is in a JSON file twice': changeFile(JSON_TICKETS, ['rows_wrong'], (text, random) => {
    const lines = linesOf(text);
    const twice = random.pick(lines) ?? '';
    return toText(lines.flatMap((line) => (line === twice ? [line, line] : [line])));
  }),
  'a row has another offset': changeFile(JSON_TICKETS, ['rows_wrong'], (text) =>
    text.replace(/"kafka_offset":(\d+)/, (_, offset: string) => `"kafka_offset":${Number(offset) + 1_000}`),
  ),
  'a row has another partition': changeFile(JSON_TICKETS, ['rows_wrong'], (text) =>
    text.replace(/"kafka_partition":\d+/, '"kafka_partition":77'),
  ),
  'a ticket has another type': (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(JSON_TICKETS));
    if (key === undefined) return undefined;
    const text = spoilt.results.text(key);
    const other = text.includes('"type":"GENERAL"')
      ? text.replace('"type":"GENERAL"', '"type":"ACCOUNT"').replace('General Support', 'Account Management')
      : text
          .replace(/"type":"[A-Z]+"/, '"type":"GENERAL"')
          .replace(/"support_team":"[^"]+"/, '"support_team":"General Support"');
    if (other === text) return undefined;
    replace(spoilt.results, key, other);
    return { codes: ['formats_differ', 'counts_differ'] };
  },
  'a ticket has a team that is not its own': changeFile(JSON_TICKETS, ['file_damaged'], (text) =>
    text.replace(/"support_team":"[^"]+"/, '"support_team":"No Such Team"'),
  ),
  'a range is written under another name as well': (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(TICKETS));
    if (key === undefined) return undefined;
    const name = key.replace(
      /-(\d{20})\./,
      (_, end: string) => `-${(BigInt(end) + 1n).toString().padStart(20, '0')}.`,
    );
    replace(spoilt.results, name, spoilt.results.bytes(key));
    return { codes: ['offsets_twice', 'file_unexplained'] };
  },
  'two ranges have each other’s rows': (spoilt, random) => {
    const keys = spoilt.results.keys(PARQUET_TICKETS);
    const a = random.pick(keys);
    const b = random.pick(keys.filter((key) => key !== a));
    if (a === undefined || b === undefined) return undefined;
    const body = spoilt.results.bytes(a);
    replace(spoilt.results, a, spoilt.results.bytes(b));
    replace(spoilt.results, b, body);
    return { codes: ['rows_wrong', 'formats_differ'] };
  },
  'a file is there after the stored end': async (spoilt, random) => {
    const key = random.pick(spoilt.checkpoints.keys(CHECKPOINTS));
    if (key === undefined) return undefined;
    const partition = Number(/partition-(\d+)/.exec(key)?.[1]);
    const { stored } = JSON.parse(spoilt.checkpoints.text(key)) as Checkpoint;
    const startOffset = BigInt(stored.endOffset) + BigInt(random.below(3));
    const ticket = createTicketGenerator({ seed: 1, startTime: new Date(0), firstNumber: 90_000 }).next();
    const handler = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });
    const record = { offset: startOffset, timestamp: 0, key: null, value: encodeTicket(ticket) };
    const records = RecordList.of([record]);
    const range = { topic: TOPIC, partition, startOffset, endOffset: startOffset + 1n, records };
    const { files } = await handleBatch(handler, range, handler.initialState);
    const file = random.pick(files);
    if (file === undefined) return undefined;
    replace(spoilt.results, file.key, file.body);
    return { codes: ['file_unexplained'], names: file.key };
  },
  'a strange file is there': (spoilt, random) => {
    const key = random.pick([
      'tickets/part-0001.json',
      'notes.txt',
      'tickets/partition=0/1-2.parquet',
      'tickets/partition=0/00000000000000000000-00000000000000000000.json',
      'ticket_counts/old.json',
    ]);
    replace(spoilt.results, key ?? '', 'x');
    return { codes: ['file_unexplained'], names: key ?? '' };
  },
  'a count is wrong': changeFile(COUNTS, ['counts_differ'], (text) =>
    text.replace(/"ticket_count":(\d+)/, (_, count: string) => `"ticket_count":${Number(count) + 1}`),
  ),
  'a counts file is torn': tear(COUNTS, ['file_damaged', 'counts_differ']),
  'a counts file is deleted': drop(COUNTS, ['counts_behind']),
  'a counts file is an earlier version': putBack(COUNTS),
  'a counts file counts further than was counted': (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(COUNTS));
    const object = spoilt.results.objects.get(key ?? '');
    if (key === undefined || object === undefined) return undefined;
    const ends = JSON.parse(object.metadata['end-offsets'] ?? '{}') as Record<string, string>;
    const partition = random.pick(Object.keys(ends));
    if (partition === undefined) return undefined;
    ends[partition] = String(BigInt(ends[partition] ?? 0) + 1_000n);
    spoilt.results.write(key, object.body, {
      metadata: { ...object.metadata, 'end-offsets': JSON.stringify(ends) },
    });
    return { codes: ['counts_differ'], names: key };
  },
  'a checkpoint is an earlier version': (spoilt, random) => {
    const isOlder = (key: string): boolean => (spoilt.versions.get(key)?.length ?? 0) > 2;
    const key = random.pick(spoilt.checkpoints.keys(CHECKPOINTS).filter(isOlder));
    if (key === undefined) return undefined;
    const now = JSON.parse(spoilt.checkpoints.text(key)) as Checkpoint;
    const earlier = (spoilt.versions.get(key) ?? []).filter(({ body }) => {
      const then = JSON.parse(Buffer.from(body).toString()) as Checkpoint;
      // Two batches back, with tickets in between: the files of the last one could be those of a plan.
      const isFarBack = then.counted.batchId <= now.counted.batchId - 2;
      return isFarBack && then.counted.totals.rows < now.stored.totals.rows - 20;
    });
    const version = random.pick(earlier);
    if (version === undefined) return undefined;
    spoilt.checkpoints.write(key, version.body);
    return { codes: ['file_unexplained', 'counts_differ'] };
  },
  'a checkpoint is deleted': (spoilt, random) => {
    const withFiles = spoilt.checkpoints.keys().filter((each) => {
      const partition = /partition-(\d+)/.exec(each)?.[1];
      return partition !== undefined && spoilt.results.keys(new RegExp(`partition=${partition}/`)).length > 0;
    });
    const key = random.pick(withFiles);
    if (key === undefined) return undefined;
    spoilt.checkpoints.objects.delete(key);
    return { codes: ['checkpoint'] };
  },
  'a checkpoint is damaged': ({ checkpoints }, random) => {
    const key = random.pick(checkpoints.keys(CHECKPOINTS));
    if (key === undefined) return undefined;
    const body = checkpoints.text(key);
    replace(checkpoints, key, body.slice(0, random.below(body.length - 3)));
    return { codes: ['checkpoint'], names: key };
  },
  'a checkpoint ends elsewhere': changeCheckpoint(['checkpoint'], ({ stored }, random) => {
    stored.endOffset = String(BigInt(stored.endOffset) + BigInt(random.pick([1, 2, 100]) ?? 1));
    return true;
  }),
  'a checkpoint begins elsewhere': changeCheckpoint(['checkpoint'], (checkpoint) => {
    if (checkpoint.stored.endOffset === checkpoint.firstOffset) return false;
    checkpoint.firstOffset = String(BigInt(checkpoint.firstOffset) + 1n);
    return true;
  }),
  'a checkpoint has counted another ticket': changeCheckpoint(
    ['checkpoint', 'totals_differ'],
    ({ stored }) => {
      stored.totals.rows += 1;
      return true;
    },
  ),
  'a checkpoint calls a dead letter an empty offset': changeCheckpoint(
    ['totals_differ'],
    ({ stored: { totals } }) => {
      if (totals.deadLetters === 0) return false;
      totals.deadLetters -= 1;
      totals.emptyOffsets += 1;
      return true;
    },
  ),
  'a checkpoint counts a ticket as another priority': changeCheckpoint(
    ['counts_differ'],
    ({ stored: { state } }) => {
      const counts = state.counts['ticket_counts_by_priority'];
      const from = Object.keys(counts ?? {}).find((priority) => (counts?.[priority] ?? 0) > 0);
      const to = Object.keys(counts ?? {}).find((priority) => priority !== from);
      if (counts === undefined || from === undefined || to === undefined) return false;
      counts[from] = (counts[from] ?? 0) - 1;
      counts[to] = (counts[to] ?? 0) + 1;
      return true;
    },
  ),
  'a checkpoint forgets a loss': changeCheckpoint(['checkpoint'], (checkpoint, random) => {
    const expired = checkpoint.gaps.filter(({ reason }) => reason === 'expired');
    const forgotten = random.pick(expired);
    if (forgotten === undefined) return false;
    checkpoint.gaps = checkpoint.gaps.filter((gap) => gap !== forgotten);
    return true;
  }),
  'a checkpoint makes up a loss': changeCheckpoint(['checkpoint', 'file_unexplained'], (checkpoint) => {
    const { firstOffset, gaps, stored } = checkpoint;
    if (stored.endOffset === firstOffset || gaps[0]?.startOffset === firstOffset) return false;
    const endOffset = String(BigInt(checkpoint.firstOffset) + 1n);
    checkpoint.gaps.push({
      startOffset: checkpoint.firstOffset,
      endOffset,
      reason: 'expired',
      isCounted: false,
      at: '',
    } as Checkpoint['gaps'][number]);
    return true;
  }),
  'a version of the table is deleted': (spoilt) => {
    const [key, ...newer] = spoilt.results.keys(TABLE_LOG);
    if (key === undefined || newer.length === 0) return undefined;
    spoilt.results.objects.delete(key);
    return { codes: ['table_differs'] };
  },
  'a version of the table is torn': changeTable((_, random, body) =>
    body.subarray(0, body.length - 2 - random.below(20)),
  ),
  'a file is in the table twice': changeTable((text) => {
    const add = linesOf(text).find((line) => line.startsWith('{"add"'));
    return add === undefined ? undefined : toText([...linesOf(text), add]);
  }),
  'a file is not in the table': changeTable((text) => {
    const lines = linesOf(text).filter((line) => !line.startsWith('{"add"'));
    return lines.length === linesOf(text).length ? undefined : toText(lines);
  }),
  'a file has another size in the table': changeTable((text) => {
    return text.includes('"size":') ? text.replace('"size":', '"size":1') : undefined;
  }),
  'the table names a file that is not there': changeTable((text) => {
    return text.includes('{"add"') ? text.replace('partition=', 'partition=9') : undefined;
  }),
  'the query has another id': ({ checkpoints }) => {
    const key = `${TOPIC}/query.json`;
    if (!checkpoints.objects.has(key)) return undefined;
    replace(checkpoints, key, checkpoints.text(key).replace(/"id": "[^"]*"/, '"id": "another-owner"'));
    return { codes: ['query'] };
  },
  'the results do not say whose they are': ({ results }) => {
    if (!results.objects.delete('_query.json')) return undefined;
    return { codes: ['query'] };
  },
  'there is no query': ({ checkpoints }) => {
    if (!checkpoints.objects.delete(`${TOPIC}/query.json`)) return undefined;
    return { codes: ['query'] };
  },
};
