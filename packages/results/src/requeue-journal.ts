import {
  compareAndSwap,
  ObjectStoreError,
  readQuery,
  type ObjectStore,
  type QueryIdentity,
  type RecordPosition,
} from '@client-tickets/micro-batch';
import { z } from 'zod';

/** A dead letter that is sent back, as it is sent. */
export interface RequeueRecord {
  readonly requeueId: string;
  /** The dead letter's own place in the topic. */
  readonly origin: RecordPosition;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** `null` until it is known that it was sent. */
  readonly sentTo: RecordPosition | null;
}

/**
 * Some dead letters that are sent together.
 *
 * ```
 *            sent, or found in the topic
 *  planned ──────────────────────────────► sent
 *     │
 *     └──────────► abandoned     not found in the topic, and can't get there any more
 * ```
 */
export interface Requeue {
  /** Counts up from 0; names the file. */
  readonly number: number;
  readonly status: 'planned' | 'sent' | 'abandoned';
  /** The end of each partition before anything was sent: whatever was sent lies at or after it. */
  readonly from: ReadonlyMap<number, bigint>;
  readonly records: readonly RequeueRecord[];
  readonly at: string;
}

interface StoredRequeue {
  readonly requeue: Requeue;
  readonly etag: string;
}

const VERSION = 1;

/**
 * What was sent back to the topic: `<topic>/requeue/00000000.json` and on in the checkpoint location, one file for each
 * transaction, in order. A file is created only when there is none of its number, and changed by compare-and-swap, and no
 * file follows one that is `planned`: so however many operators there are, each sees all that was planned before it plans.
 */
export class RequeueJournal {
  readonly #store: ObjectStore;
  readonly #topic: string;
  readonly #query: string;
  readonly #entries: StoredRequeue[] = [];

  private constructor(store: ObjectStore, topic: string, query: string) {
    this.#store = store;
    this.#topic = topic;
    this.#query = query;
  }

  /** Reads the journal of a query. Throws a `RangeError` that names a file which can't be read or is of another query. */
  static async open(store: ObjectStore, topic: string, query: string): Promise<RequeueJournal> {
    const journal = new RequeueJournal(store, topic, query);
    await journal.readOn();
    return journal;
  }

  /** Reads what may have changed since: a plan that was not settled, and what came after. Throws as `open` does. */
  async readOn(): Promise<void> {
    for (let number = this.pending?.number ?? this.#entries.length; ; number += 1) {
      const key = keyOf(this.#topic, number);
      const object = await this.#store.get(key);
      if (object === undefined) return;
      const requeue = decode(object.body, `${this.#store.location}${key}`, this.#query, number);
      this.#entries[number] = { requeue, etag: object.etag };
    }
  }

  get requeues(): readonly Requeue[] {
    return this.#entries.map(({ requeue }) => requeue);
  }

  /** The one of which it is not known whether it was sent. */
  get pending(): Requeue | undefined {
    return this.requeues.find(({ status }) => status === 'planned');
  }

  /** Where each dead letter that was sent back has gone, by its own place: `0:17`. */
  sentTo(): ReadonlyMap<string, RecordPosition> {
    const sent = this.requeues.filter(({ status }) => status === 'sent').flatMap(({ records }) => records);
    return new Map(
      sent.flatMap(({ origin, sentTo }) =>
        sentTo === null ? [] : [[showPosition(origin), sentTo] as const],
      ),
    );
  }

  /** Notes what is about to be sent. Throws `ObjectStoreError` `refused` when another operator was first. */
  async plan(requeue: Pick<Requeue, 'from' | 'records' | 'at'>): Promise<Requeue> {
    if (this.pending !== undefined) throw new RangeError('the journal ends with a plan; settle it first');
    const next: Requeue = { ...requeue, number: this.#entries.length, status: 'planned' };
    const stored = await this.#swap(next, undefined);
    this.#entries.push(stored);
    return next;
  }

  /** Notes what has become of a plan. Records that were sent carry `sentTo`. */
  async settle(requeue: Requeue): Promise<void> {
    const before = this.#entries[requeue.number];
    if (before === undefined) throw new RangeError(`there is no requeue ${requeue.number}`);
    this.#entries[requeue.number] = await this.#swap(requeue, before.etag);
  }

  async #swap(requeue: Requeue, etag: string | undefined): Promise<StoredRequeue> {
    const key = keyOf(this.#topic, requeue.number);
    const body = encode(requeue, this.#query);
    const written = await compareAndSwap(this.#store, key, body, etag, { contentType: 'application/json' });
    if (written === undefined) {
      throw new ObjectStoreError(
        'refused',
        `${this.#store.location}${key} was written by another operator: another requeue is running. Let it end, then try again.`,
      );
    }
    return { requeue, etag: written.etag };
  }
}

/** `undefined`: there is no query of this topic, so nothing was ever requeued. */
export async function openJournal(
  checkpoints: ObjectStore,
  topic: string,
): Promise<{ readonly identity: QueryIdentity; readonly journal: RequeueJournal } | undefined> {
  const identity = await readQuery(checkpoints, topic);
  if (identity === undefined) return undefined;
  return { identity, journal: await RequeueJournal.open(checkpoints, topic, identity.id) };
}

export function showPosition({ partition, offset }: RecordPosition): string {
  return `${partition}:${offset}`;
}

function keyOf(topic: string, number: number): string {
  return `${topic}/requeue/${String(number).padStart(8, '0')}.json`;
}

const position = z
  .string()
  .regex(/^\d{1,9}:\d{1,19}$/)
  .transform((text): RecordPosition => {
    const [partition = '', offset = ''] = text.split(':');
    return { partition: Number(partition), offset: BigInt(offset) };
  });

const bytes = z
  .base64()
  .nullable()
  .transform((text) => (text === null ? null : new Uint8Array(Buffer.from(text, 'base64'))));

const schema = z.object({
  version: z.literal(VERSION),
  query: z.string(),
  status: z.enum(['planned', 'sent', 'abandoned']),
  from: z.record(z.string().regex(/^\d{1,9}$/), z.string().regex(/^\d{1,19}$/)),
  records: z.array(
    z.object({
      requeueId: z.string(),
      origin: position,
      key_base64: bytes,
      value_base64: bytes,
      sentTo: position.nullable(),
    }),
  ),
  at: z.string(),
});

function decode(body: Uint8Array, name: string, query: string, number: number): Requeue {
  const fail = (why: string): RangeError =>
    new RangeError(`${name} can't be used: ${why}. Restore it from a copy.`);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body).toString());
  } catch {
    throw fail('expected JSON');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw fail(z.prettifyError(parsed.error));
  const { status, from, records, at } = parsed.data;
  if (parsed.data.query !== query) throw fail(`it belongs to query ${parsed.data.query}, not to ${query}`);
  return {
    number,
    status,
    from: new Map(Object.entries(from).map(([partition, offset]) => [Number(partition), BigInt(offset)])),
    records: records.map(({ requeueId, origin, key_base64, value_base64, sentTo }) => {
      return { requeueId, origin, key: key_base64, value: value_base64, sentTo };
    }),
    at,
  };
}

function encode({ status, from, records, at }: Requeue, query: string): Uint8Array {
  const toBase64 = (part: Uint8Array | null): string | null =>
    part === null ? null : Buffer.from(part).toString('base64');
  const document = {
    version: VERSION,
    query,
    status,
    from: Object.fromEntries([...from].map(([partition, offset]) => [partition, String(offset)])),
    records: records.map(({ requeueId, origin, key, value, sentTo }) => ({
      requeueId,
      origin: showPosition(origin),
      key_base64: toBase64(key),
      value_base64: toBase64(value),
      sentTo: sentTo === null ? null : showPosition(sentTo),
    })),
    at,
  };
  return Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
}
