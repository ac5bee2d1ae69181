const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/**
 * The 32-bit hash, signed, by which Kafka's Java client spreads keys
 * (`org.apache.kafka.common.utils.Utils.murmur2`).
 */
export function murmur2(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wholeWords = bytes.byteLength & ~3;
  let hash = seed ^ bytes.byteLength;
  for (let at = 0; at < wholeWords; at += 4) {
    const word = Math.imul(view.getUint32(at, true), multiplier);
    hash = Math.imul(hash, multiplier) ^ Math.imul(word ^ (word >>> 24), multiplier);
  }
  if (wholeWords < bytes.byteLength) {
    for (let at = wholeWords; at < bytes.byteLength; at++) {
      hash ^= view.getUint8(at) << (8 * (at - wholeWords));
    }
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
