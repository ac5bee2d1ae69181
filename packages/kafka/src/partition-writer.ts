/** What is to be written, with its size. */
export interface Outgoing<Message> {
  readonly message: Message;
  readonly bytes: number;
}

export interface PartitionWriterLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/**
 * Writes one partition's messages in order, one batch at a time; what is added meanwhile makes the next batch larger.
 *
 * One at a time is not only about order: kafkajs takes back the sequence numbers of a batch whose answer got lost, and
 * would give them to a batch behind it, which brokers then take for a repetition of the first and throw away.
 */
export class PartitionWriter<Message> {
  readonly #write: (batch: readonly Message[]) => Promise<void>;
  readonly #limits: PartitionWriterLimits;
  #waiting: Waiting<Message>[] = [];
  #isWriting = false;

  constructor(write: (batch: readonly Message[]) => Promise<void>, limits: PartitionWriterLimits) {
    this.#write = write;
    this.#limits = limits;
  }

  /** Resolves once all of them are written; rejects as `write` did for a batch with one of them. */
  add(messages: readonly Outgoing<Message>[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const order = { left: messages.length, resolve, reject };
      for (const { message, bytes } of messages) this.#waiting.push({ message, bytes, order });
      if (!this.#isWriting) this.#writeAll().catch(reject); // never rejects: the orders are told
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const size = batchSize(this.#waiting, this.#limits);
      const batch = this.#waiting.slice(0, size);
      this.#waiting = this.#waiting.slice(size);
      try {
        await this.#write(batch.map(({ message }) => message));
        for (const { order } of batch) {
          order.left -= 1;
          if (order.left === 0) order.resolve();
        }
      } catch (error) {
        for (const { order } of batch) order.reject(error);
      }
    }
    this.#isWriting = false;
  }
}

interface Waiting<Message> extends Outgoing<Message> {
  readonly order: { left: number; readonly resolve: () => void; readonly reject: (error: unknown) => void };
}

/** How many of the first fit in one batch: at least one. */
function batchSize(
  waiting: readonly Waiting<unknown>[],
  { maxMessages, maxBytes }: PartitionWriterLimits,
): number {
  let sum = 0;
  let count = 0;
  for (const { bytes } of waiting) {
    sum += bytes;
    if (count > 0 && (sum > maxBytes || count >= maxMessages)) break;
    count += 1;
  }
  return count;
}
