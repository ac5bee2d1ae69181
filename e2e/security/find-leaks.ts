/** Secrets by the name of what holds them. */
export type Secrets = Readonly<Record<string, string>>;

/** Which secrets a text gives away, and in which form: as they are, or as an encoding that anybody can undo. */
export function findLeaks(text: string, secrets: Secrets): readonly string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret)
      .filter(([, form]) => text.includes(form))
      .map(([kind]) => `${name} ${kind}`),
  );
}

function formsOf(secret: string): readonly (readonly [kind: string, form: string])[] {
  const bytes = Buffer.from(secret);
  return [
    ['as it is', secret],
    ['within JSON', JSON.stringify(secret).slice(1, -1)],
    ['within JSON within JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['in a URL', encodeURIComponent(secret)],
    ['in a form', new URLSearchParams({ x: secret }).toString().slice(2)],
    ['in hexadecimal', bytes.toString('hex')],
    ...(['base64', 'base64url'] as const).flatMap((encoding) =>
      [0, 1, 2].map((shift) => [`in ${encoding}`, insideBase64(bytes, shift, encoding)] as const),
    ),
  ];
}

/**
 * How bytes look within the base64 of something longer (`user:password`, say), where they begin at any place of a group of
 * three bytes. The first and last characters, which also depend on what is around, are left out.
 */
function insideBase64(bytes: Uint8Array, shift: number, encoding: 'base64' | 'base64url'): string {
  const whole = Buffer.concat([Buffer.alloc(shift), bytes]);
  const start = shift === 0 ? 0 : 4;
  return whole
    .subarray(0, Math.floor(whole.length / 3) * 3)
    .toString(encoding)
    .slice(start);
}
