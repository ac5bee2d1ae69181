type Use = 'indexes' | 'prefixes' | 'suffixes';

const ints = new Map<Use, Int32Array>();
let doubles = new Float64Array();

/**
 * Numbers of a column's rows while it is encoded, which hold anything at first: good until the next column is begun. Encoding takes
 * no turn of the event loop, so one memory for each use is enough. Memory for each column would be garbage outside of the heap, a
 * megabyte for each row group, for which the collector comes each time.
 */
export function scratchInts(use: Use, length: number): Int32Array {
  let found = ints.get(use);
  if (found === undefined || found.length < length) ints.set(use, (found = new Int32Array(length)));
  return found.subarray(0, length);
}

/** The same for values that are computed from others. */
export function scratchDoubles(length: number): Float64Array {
  if (doubles.length < length) doubles = new Float64Array(length);
  return doubles.subarray(0, length);
}
