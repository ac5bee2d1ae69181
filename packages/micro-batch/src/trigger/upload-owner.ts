/** The name that uploads of a partition are found by, the same in each consumer. */
export function uploadOwner(partition: number): string {
  return `partition-${partition}`;
}
