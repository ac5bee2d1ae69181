/** Another page about the same pipeline. */
export interface PageLink {
  readonly name: string;
  readonly url: string;
}

/**
 * Reads `Console=http://localhost:8080, Jupyter=http://localhost:8888`. Throws a `RangeError` that says what was expected.
 * Only `http` and `https`: a browser runs what a `javascript:` address holds.
 */
export function parseLinks(text: string): readonly PageLink[] {
  return text.split(',').map((link) => {
    const [, name, address] = /^\s*([^=]*?\S)\s*=\s*(\S+)\s*$/.exec(link) ?? [];
    const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
    if (name === undefined || url === undefined || !['http:', 'https:'].includes(url.protocol))
      throw new RangeError(`expected name=http://address, found ${JSON.stringify(link.trim())}`);
    return { name, url: url.href };
  });
}
