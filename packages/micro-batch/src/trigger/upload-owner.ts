/** Whose uploads those of a partition are, in whichever consumer. */
export function uploadOwner(partition: number): string {
  return `partition-${partition}`;
}
