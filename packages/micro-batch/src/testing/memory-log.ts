import { RecordBlock } from '../ports/record-block.ts';
import type { SourceRecord } from '../ports/source-record.ts';
import type { PartitionOffsets, RecordChunk, Source, SourceListener } from '../ports/source.ts';

/** Runs something later: at once after the present call, or whenever a test wants it. */
export type Schedule = (work: () => void) => void;

interface Member {
  isHere: boolean;
  readonly listener: SourceListener;
  readonly schedule: Schedule;
  /** Reads all partitions whatever the group thinks: two consumers at once. */
  readonly alone: boolean;
  readonly positions: Map<number, bigint>;
  readonly paused: Set<number>;
  assigned: readonly number[];
  /** Assignments that it has not heard of yet. */
  readonly announced: (readonly number[])[];
}

/** In the place of bytes whose memory was given back. */
const OVERWRITTEN = 0xdb;

/** A topic in memory with one consumer group. Offsets may have gaps; the log's start and end can be moved. */
export class MemoryLog {
  readonly topic: string;
  readonly #records: SourceRecord[][];
  readonly #earliest: bigint[];
  readonly #latest: bigint[];
  /** How often each partition was made again. */
  readonly #turns: number[];
  readonly #hiddenAfter = new Map<number, bigint>();
  /** What the group was told last. */
  readonly groupOffsets = new Map<number, bigint>();
  readonly #members: Member[] = [];
  /** Records in a chunk at the most. */
  chunkSize = 7;
  /** What a chunk is turned into on its way to a consumer. */
  distort: (chunk: RecordChunk) => RecordChunk = (chunk) => chunk;
  /** Reads are under way for a while: what they bring may come after a seek, or after the partition was lost. */
  isSlow = false;
  /** What `fetchOffsets` calls the log of a partition, which was made again so many times; `undefined`: it has no name for it. */
  nameLog: (partition: number, turn: number) => string | undefined = () => undefined;
  /** A position that the log does not reach any more brings nothing until the next seek; otherwise what comes after it. */
  isStrict = false;

  constructor(topic: string, partitions: number) {
    this.topic = topic;
    this.#records = Array.from({ length: partitions }, () => []);
    this.#earliest = Array.from({ length: partitions }, () => 0n);
    this.#latest = Array.from({ length: partitions }, () => 0n);
    this.#turns = Array.from({ length: partitions }, () => 0);
  }

  get partitions(): readonly number[] {
    return this.#records.map((_, partition) => partition);
  }

  offsets(partition: number): PartitionOffsets {
    const logId = this.nameLog(partition, this.turn(partition));
    const latest = this.#hiddenAfter.get(partition) ?? this.#latest[partition] ?? 0n;
    return { earliest: this.#earliest[partition] ?? 0n, latest, logId };
  }

  offsetsAt(timestamp: number, partitions = this.partitions): ReadonlyMap<number, bigint> {
    const found = new Map<number, bigint>();
    for (const partition of partitions) {
      const { latest } = this.offsets(partition);
      const first = this.records(partition).find((record) => record.timestamp >= timestamp);
      if (first !== undefined && first.offset < latest) found.set(partition, first.offset);
    }
    return found;
  }

  /** The brokers say that the log ends here, as after a change of leader, until they say the truth again (`undefined`). */
  hideAfter(partition: number, latest: bigint | undefined): void {
    if (latest === undefined) this.#hiddenAfter.delete(partition);
    else this.#hiddenAfter.set(partition, latest);
  }

  /** What an unclean change of leader does: records from `latest` on are gone, and their offsets are given out again. */
  cutBack(partition: number, latest: bigint): void {
    this.#latest[partition] = latest;
    this.#records[partition] = this.records(partition).filter((record) => record.offset < latest);
  }

  /** How often the partition was made again. */
  turn(partition: number): number {
    return this.#turns[partition] ?? 0;
  }

  records(partition: number): readonly SourceRecord[] {
    return this.#records[partition] ?? [];
  }

  /** Appends a value; `skip` offsets before it get no record (compacted away, or a transaction marker). */
  append(partition: number, value: Uint8Array | null, { skip = 0n, timestamp = 0 } = {}): void {
    const offset = this.offsets(partition).latest + skip;
    this.#records[partition]?.push({ offset, timestamp, key: null, value });
    this.#latest[partition] = offset + 1n;
    this.#deliverAll();
  }

  /** Offsets at the end that have no record. */
  appendMarkers(partition: number, count: bigint): void {
    this.#latest[partition] = this.offsets(partition).latest + count;
    this.#deliverAll();
  }

  /** What retention does: everything before `offset` is gone. */
  removeBefore(partition: number, offset: bigint): void {
    this.#earliest[partition] = offset;
    this.#records[partition] = this.records(partition).filter((record) => record.offset >= offset);
  }

  /** What recreating the topic does: the partition is empty and starts at 0 again. Its reader loses its place, or does not notice. */
  recreate(partition: number, { isNoticed = true } = {}): void {
    this.#records[partition] = [];
    this.#earliest[partition] = 0n;
    this.#latest[partition] = 0n;
    this.#turns[partition] = this.turn(partition) + 1;
    for (const member of isNoticed ? this.#members : []) {
      if (!member.assigned.includes(partition)) continue;
      member.positions.clear();
      this.#assign(member, member.announced.at(-1) ?? member.assigned);
    }
  }

  /** What compaction does: the records of these offsets are gone. */
  compact(partition: number, ...offsets: readonly bigint[]): void {
    this.#records[partition] = this.records(partition).filter(({ offset }) => !offsets.includes(offset));
  }

  addPartition(): void {
    this.#records.push([]);
    this.#earliest.push(0n);
    this.#latest.push(0n);
    this.#turns.push(0);
    this.rebalance();
  }

  /** Deals the partitions out again, `turn` deciding who begins. */
  rebalance(turn = 0): void {
    const group = this.#members.filter((member) => !member.alone);
    for (const member of this.#members) {
      const place = group.indexOf(member);
      const share = this.partitions.filter((partition) => (partition + turn) % group.length === place);
      this.#assign(member, member.alone ? this.partitions : share);
    }
  }

  /** Heard later, but in order, whatever order `schedule` has. */
  #assign(member: Member, partitions: readonly number[]): void {
    member.announced.push(partitions);
    member.schedule(() => {
      const next = member.announced.shift();
      if (!member.isHere || next === undefined) return;
      member.assigned = next;
      member.positions.clear();
      member.paused.clear();
      member.listener.onAssignment(next);
    });
  }

  /** A consumer's view of the topic; it joins the group when it is started. */
  createSource(options: { readonly alone?: boolean; readonly schedule?: Schedule } = {}): Source {
    const { alone = false, schedule = queueMicrotask } = options;
    let member: Member | undefined;
    return {
      topic: this.topic,
      description: `MemoryLog[Subscribe[${this.topic}]]`,
      start: (listener) => {
        member = {
          isHere: true,
          listener,
          schedule,
          alone,
          positions: new Map(),
          paused: new Set(),
          assigned: [],
          announced: [],
        };
        this.#members.push(member);
        this.rebalance();
        return Promise.resolve();
      },
      listPartitions: () => Promise.resolve(this.partitions),
      fetchOffsets: (partitions) =>
        Promise.resolve(new Map(partitions.map((partition) => [partition, this.offsets(partition)]))),
      fetchOffsetsAt: (timestamp, partitions) => Promise.resolve(this.offsetsAt(timestamp, partitions)),
      seek: (partition, offset) => {
        member?.positions.set(partition, offset);
        member?.paused.delete(partition);
        this.#deliver(member, partition);
      },
      pause: (partition) => member?.paused.add(partition),
      resume: (partition) => {
        member?.paused.delete(partition);
        this.#deliver(member, partition);
      },
      commitOffsets: async (offsets) => {
        for (const [partition, offset] of offsets) this.groupOffsets.set(partition, offset);
      },
      fetchOwners: async () =>
        new Map(
          this.#members.flatMap((each, index) =>
            each.assigned.map((partition) => [partition, `member ${index}`]),
          ),
        ),
      stop: () => {
        if (member !== undefined && this.#members.includes(member)) {
          member.isHere = false;
          this.#members.splice(this.#members.indexOf(member), 1);
          this.rebalance();
        }
        member = undefined;
        return Promise.resolve();
      },
    };
  }

  #deliverAll(): void {
    for (const member of this.#members)
      for (const partition of member.assigned) this.#deliver(member, partition);
  }

  #deliver(member: Member | undefined, partition: number): void {
    if (member === undefined) return;
    member.schedule(() => {
      if (!member.isHere || member.paused.has(partition) || !member.assigned.includes(partition)) return;
      const chunk = this.#read(partition, member.positions.get(partition));
      if (chunk === undefined) return;
      const turn = this.turn(partition);
      const deliver = (): void => {
        if (!member.isHere || turn !== this.turn(partition)) return;
        if (member.positions.get(partition) === chunk.startOffset)
          member.positions.set(partition, chunk.endOffset);
        member.listener.onChunk(this.distort(chunk));
        this.#deliver(member, partition);
      };
      // The longer way, so that there is time to lose the partition and to get it back.
      if (this.isSlow) member.schedule(() => member.schedule(() => member.schedule(deliver)));
      else deliver();
    });
  }

  #read(partition: number, startOffset: bigint | undefined): RecordChunk | undefined {
    const { earliest, latest } = this.offsets(partition);
    if (startOffset === undefined || startOffset >= latest) return undefined;
    if (this.isStrict && startOffset < earliest) return undefined;
    const waiting = this.records(partition).filter((record) => record.offset >= startOffset);
    const records = waiting.slice(0, this.chunkSize);
    const last = records.at(-1);
    const endOffset = waiting.length <= this.chunkSize || last === undefined ? latest : last.offset + 1n;
    const bytes = records.reduce((sum, record) => sum + 64 + (record.value?.byteLength ?? 0), 64);
    const block = RecordBlock.of(records);
    // As a source that uses memory again: who still reads it then reads something else.
    const recycle = (): void => void block.bytes.fill(OVERWRITTEN);
    return { partition, startOffset, endOffset, records: block, bytes, recycle };
  }
}
