/** A picture as WebP, and how long it is shown. */
export interface Frame {
  readonly webp: Uint8Array;
  readonly ms: number;
}

const HAS_ANIMATION = 0x02;
/** The frame replaces what was there, and stays until the next one. */
const REPLACES = 0x02;

/**
 * Puts still pictures of one size together to one that moves, over and over (RFC 9649, 2.7). Throws a `RangeError` for what is
 * no WebP.
 */
export function animateWebp(
  frames: readonly Frame[],
  size: { readonly width: number; readonly height: number },
): Uint8Array {
  const canvas = Buffer.alloc(10);
  canvas.writeUInt8(HAS_ANIMATION, 0);
  canvas.writeUIntLE(size.width - 1, 4, 3);
  canvas.writeUIntLE(size.height - 1, 7, 3);
  const endless = Buffer.alloc(6); // no background, no number of rounds
  const moving = frames.map(({ webp, ms }) => {
    const head = Buffer.alloc(16);
    head.writeUIntLE(size.width - 1, 6, 3);
    head.writeUIntLE(size.height - 1, 9, 3);
    head.writeUIntLE(Math.round(ms), 12, 3);
    head.writeUInt8(REPLACES, 15);
    return chunk('ANMF', Buffer.concat([head, pictureOf(webp)]));
  });
  return chunk(
    'RIFF',
    Buffer.concat([Buffer.from('WEBP'), chunk('VP8X', canvas), chunk('ANIM', endless), ...moving]),
  );
}

/** The chunks of a still picture that hold it. */
function pictureOf(webp: Uint8Array): Uint8Array {
  const file = Buffer.from(webp);
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WEBP')
    throw new RangeError('expected a WebP picture');
  const chunks: Uint8Array[] = [];
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const end = at + 8 + file.readUInt32LE(at + 4);
    const padded = end + (end % 2);
    if (['ALPH', 'VP8 ', 'VP8L'].includes(name)) chunks.push(file.subarray(at, padded));
    at = padded;
  }
  if (chunks.length === 0) throw new RangeError('expected a still WebP picture');
  return Buffer.concat(chunks);
}

function chunk(name: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}
