/** A value and how often it comes, relative to the other weights. */
export type Weighted<Value> = readonly [value: Value, weight: number];

/**
 * Picks by weight: `choose(random())`, for a number of [0, 1). Throws a `RangeError` when a weight is negative or not
 * finite, or when all are 0.
 */
export function createWeightedChoice<Value>(choices: readonly Weighted<Value>[]): (random: number) => Value {
  const steps: { readonly value: Value; readonly upTo: number }[] = [];
  let total = 0;
  for (const [value, weight] of choices) {
    if (!(weight >= 0 && weight < Infinity)) {
      throw new RangeError(`weight of ${String(value)}: expected a number from 0 on, found ${weight}`);
    }
    total += weight;
    if (weight > 0) steps.push({ value, upTo: total });
  }
  const last = steps.at(-1);
  if (last === undefined) throw new RangeError('weights: expected one above 0, found none');

  return (random) => {
    const point = random * total;
    let low = 0;
    let high = steps.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((steps[middle] ?? last).upTo > point) high = middle;
      else low = middle + 1;
    }
    return (steps[low] ?? last).value;
  };
}
