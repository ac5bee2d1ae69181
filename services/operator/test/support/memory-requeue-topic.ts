import type { IdentifiedRecord, TransactionalTopic } from '@client-tickets/kafka';
import type { PartitionOffsets, RecordPosition } from '@client-tickets/micro-batch';

export interface SentRecord extends IdentifiedRecord, RecordPosition {}

/** What happens to a `send`. `later`: an error comes back, and the transaction ends in the end, unless the writer is fenced. */
export type SendFate = 'done' | 'nothing done' | 'done, answer lost' | 'later';

/** A topic that keeps the contract of `TransactionalTopic`. */
export class MemoryRequeueTopic {
  readonly records: SentRecord[] = [];
  #epoch = 0;
  readonly #ends: bigint[];
  readonly #underWay: { readonly epoch: number; readonly send: () => void }[] = [];
  /** Of the next sends; `done` when there is none. */
  fates: SendFate[] = [];

  constructor(partitions: number) {
    this.#ends = Array.from({ length: partitions }, () => 100n);
  }

  readonly offsets = {
    read: (): Promise<ReadonlyMap<number, PartitionOffsets>> =>
      Promise.resolve(new Map(this.#ends.map((latest, partition) => [partition, { earliest: 0n, latest }]))),
  };

  /** Whatever of an active writer is under way arrives. */
  deliver(): void {
    for (const { epoch, send } of this.#underWay.splice(0)) if (epoch === this.#epoch) send();
  }

  open(): Promise<TransactionalTopic> {
    const epoch = (this.#epoch += 1);
    const append = (records: readonly IdentifiedRecord[]): readonly RecordPosition[] =>
      records.map((record) => {
        const partition = record.id.length % this.#ends.length;
        const offset = this.#ends[partition] ?? 0n;
        this.#ends[partition] = offset + 1n;
        this.records.push({ ...record, partition, offset });
        return { partition, offset };
      });
    return Promise.resolve({
      find: async (ids, from) => {
        await Promise.resolve();
        const found = this.records.filter(
          ({ id, partition, offset }) => ids.has(id) && offset >= (from.get(partition) ?? 0n),
        );
        return new Map(found.map(({ id, partition, offset }) => [id, { partition, offset }]));
      },
      send: async (records) => {
        await Promise.resolve();
        if (epoch !== this.#epoch) throw new Error('fenced');
        const fate = this.fates.shift() ?? 'done';
        if (fate === 'later') this.#underWay.push({ epoch, send: () => append(records) });
        const positions = fate === 'done' || fate === 'done, answer lost' ? append(records) : [];
        if (fate !== 'done') throw new Error(`injected: ${fate}`);
        return positions;
      },
      close: () => Promise.resolve(),
    });
  }
}
