import type { Action, Add, MetaData, Protocol, Remove, Txn } from './actions.ts';

/** What the actions of a table come to, up to some version: what a checkpoint holds. */
export class TableState {
  protocol: Protocol | undefined;
  metaData: MetaData | undefined;
  /** By application. */
  readonly txns = new Map<string, Txn>();
  /** By path, as the log has it. */
  readonly files = new Map<string, Add>();
  /** Files that were removed, by path; they may be there yet. */
  readonly removed = new Map<string, Remove>();

  /** By Delta's rules of reconciliation: the latest action of a path, an application or the table counts. */
  apply(actions: Iterable<Action>): void {
    for (const { protocol, metaData, txn, add, remove } of actions) {
      this.protocol = protocol ?? this.protocol;
      this.metaData = metaData ?? this.metaData;
      if (txn) this.txns.set(txn.appId, txn);
      if (add) {
        this.files.set(add.path, add);
        this.removed.delete(add.path);
      }
      if (remove) {
        this.removed.set(remove.path, remove);
        this.files.delete(remove.path);
      }
    }
  }

  /** A row each. Of removed files only those that were removed after `removedSince`, in milliseconds since the epoch. */
  *actions(removedSince: number): Generator<Action> {
    if (this.protocol) yield { protocol: this.protocol };
    if (this.metaData) yield { metaData: this.metaData };
    for (const txn of this.txns.values()) yield { txn };
    for (const remove of this.removed.values())
      if ((remove.deletionTimestamp ?? 0) > removedSince) yield { remove };
    for (const add of this.files.values()) yield { add };
  }
}
