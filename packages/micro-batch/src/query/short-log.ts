/** What is said of partitions whose log seems to end before what was read of it, while that is looked at again. */
export function describeShortLog(topic: string, partitions: Iterable<number>, waitMs: number): string {
  const places = [...partitions].sort((a, b) => a - b).join(', ');
  return (
    `the brokers say that ${topic} ends before what was read of it, in partition ${places}; looking again for ` +
    `${waitMs / 1_000} s, as brokers say so for a moment when leaders change`
  );
}
