/** A ticket on its way to the topic. */
export interface TicketMessage {
  /** The client's id, so that all tickets of a client lie in one partition. */
  readonly key: string;
  /** The ticket as JSON in UTF-8. */
  readonly value: Uint8Array;
  /** In milliseconds since the epoch. */
  readonly timestamp: number;
}

/**
 * Where tickets go: Kafka, or the embedded log of the demo. Resolves when all of them are stored. After a rejection some of
 * them may be stored; the same messages are then sent again.
 */
export type TicketSink = (messages: readonly TicketMessage[]) => Promise<unknown>;
