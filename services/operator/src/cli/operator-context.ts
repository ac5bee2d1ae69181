import type { Clock, Logger, ObjectStore } from '@client-tickets/micro-batch';
import type { Query } from '@client-tickets/records';
import type { Environment } from '@client-tickets/service-kit';
import type { OperatorSettings } from '../config.ts';
import type { TopicAccess } from '../topic/topic-access.ts';
import type { Output } from './output.ts';

export interface Stores {
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
}

/**
 * To `read`, writes are refused and a folder is not locked; one that is not there is an error, or with `read-if-there` taken
 * for an empty one. To `write`, a folder is made and locked, which is refused while a consumer has it. Default: both to read.
 */
export type StoreMode = 'read' | 'read-if-there' | 'write';

export interface StoreModes {
  readonly results: StoreMode;
  readonly checkpoints: StoreMode;
}

/** What a command works with. */
export interface OperatorContext {
  /** Whose results are looked after. */
  readonly query: Query;
  readonly settings: OperatorSettings;
  readonly output: Output;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts at SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Closed when the command has ended. May be called again, for instance to write where only was read before. */
  openStores(modes?: StoreModes): Promise<Stores>;
  readonly topic: TopicAccess;
}

/** Resolves with the exit code: 0 when all is well, 1 when it is not. */
export type Action = (context: OperatorContext) => Promise<0 | 1>;

/** Called by the command that was given, with the variables that its flags set. */
export type Choose = (flags: Environment, action: Action) => void;
