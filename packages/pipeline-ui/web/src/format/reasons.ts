/** What a dead letter found: JSON text, or bare words. */
const FOUND = /, found (?:"(?:[^"\\]|\\.)*"?…?|[^;]*)/g;

/** Dead letters that were rejected for the same reason, whatever they hold. */
export interface ReasonGroup {
  /** `type: expected one of LOW, HIGH; client_id: expected text`. */
  readonly reason: string;
  readonly count: number;
  /** Finds them, and those with further reasons. */
  readonly search: string;
}

/** The most frequent first. */
export function groupByReason(reasons: readonly string[]): readonly ReasonGroup[] {
  const counts = new Map<string, number>();
  for (const each of reasons) {
    const reason = each.replaceAll(FOUND, '');
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, count, search: reason.split('; ', 1)[0] ?? reason }))
    .sort((a, b) => b.count - a.count);
}
