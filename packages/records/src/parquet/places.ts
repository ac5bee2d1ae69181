/** The rows that have a value; `undefined`: all of them. */
export function placesOf(present: Uint8Array | undefined, rows: number): Int32Array | undefined {
  if (present === undefined || !present.subarray(0, rows).includes(0)) return undefined;
  const places = new Int32Array(rows);
  let length = 0;
  for (let row = 0; row < rows; row += 1) if (present[row] === 1) places[length++] = row;
  return places.subarray(0, length);
}
