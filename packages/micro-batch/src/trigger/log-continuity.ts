import { isSameRecord, markOf, type RecordMark } from '../checkpoint/record-mark.ts';
import type { PartitionOffsets, RecordChunk } from '../ports/source.ts';

/**
 * - `unsure`: the last record that was read must be read again first.
 * - `sure`: the log goes on where it was left.
 * - `unknown`: that record is not in the log any more (retention, compaction), so only the log's id can tell.
 * - `broken`: the log holds other records than those that were read.
 */
type State = 'unsure' | 'sure' | 'unknown' | 'broken';

/**
 * Whether a partition's log still is the one that was read before. Offsets do not tell: a topic that was recreated, a
 * cluster that was restored or another one behind the same name gives old offsets new records. So whenever delivery begins
 * (a partition is opened, an assignment, a jump to another position), it begins with the last record that was read, which must
 * be the same; what comes after it is taken only then.
 */
export class LogContinuity {
  #state: State = 'sure';
  #mark: RecordMark | undefined;
  /** The log's id when it was last sure, and as the source says now. */
  #id: string | undefined;
  #currentId: string | undefined;
  /** It had another id since it was last sure. Brokers may disagree for a moment, so the former one does not take that back. */
  #wasAnother = false;
  #isDoubted = false;

  constructor(logId: string | undefined) {
    this.#id = logId;
  }

  get isSure(): boolean {
    return this.#state === 'sure';
  }

  get isBroken(): boolean {
    return this.#state === 'broken';
  }

  get logId(): string | undefined {
    return this.#id;
  }

  /** The record that must come first; `undefined`: none, or it has come. */
  get mark(): RecordMark | undefined {
    return this.#state === 'unsure' ? this.#mark : undefined;
  }

  /** Delivery begins at `mark`, if there is one. `isDoubted`: the log was found replaced before; only a record proves it wrong. */
  begin(mark: RecordMark | undefined, isDoubted: boolean): void {
    if (this.#state === 'broken') return;
    this.#mark = mark;
    this.#isDoubted = isDoubted;
    // Without a mark nothing is taken before the log's id is known, or that it has none: what is counted bears the id of its log.
    this.#state = mark === undefined ? 'unknown' : 'unsure';
  }

  /** Compares the first record of a chunk that begins at the mark. */
  compare({ records }: RecordChunk): void {
    const first = records.length > 0 ? markOf(records.at(0)) : undefined;
    if (this.#mark === undefined || first?.offset !== this.#mark.offset) this.#state = 'unknown';
    else if (isSameRecord(first, this.#mark)) this.#becomeSure();
    else this.#state = 'broken';
  }

  /**
   * What the source says of the log now. `compare`: it has another id than before, so delivery must begin with the mark.
   * `continue`: the mark is gone and nothing speaks against this log, so delivery must begin after it.
   */
  inspect({ earliest, logId }: PartitionOffsets): 'compare' | 'continue' | undefined {
    if (this.#state === 'broken') return undefined;
    const isNews = logId !== undefined && logId !== this.#currentId;
    this.#currentId = logId ?? this.#currentId;
    const isAnother = logId !== undefined && this.#id !== undefined && logId !== this.#id;
    if (isAnother) this.#wasAnother = true;
    // Also in the middle of a comparison: what it is compared with may have come from the other log already.
    if (isAnother && (isNews || this.#state === 'sure')) return 'compare';
    if (this.#state === 'sure') {
      this.#id = logId ?? this.#id;
      return undefined;
    }
    const isGone = this.#state === 'unsure' && this.#mark !== undefined && this.#mark.offset < earliest;
    if (this.#state !== 'unknown' && !isGone) return undefined;
    if (this.#wasAnother || this.#isDoubted) {
      this.#state = 'broken';
      return undefined;
    }
    this.#becomeSure();
    return 'continue';
  }

  #becomeSure(): void {
    this.#state = 'sure';
    this.#wasAnother = false;
    this.#id = this.#currentId ?? this.#id;
  }
}
