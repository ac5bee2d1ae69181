/** What is wrong with a document, and where: `committed.endOffset: expected …, found …`. */
export class JsonShapeError extends Error {
  override readonly name = 'JsonShapeError';
}

/** A JSON value together with the path that led to it, so that an error can name the place. */
export interface JsonNode {
  readonly path: string;
  readonly value: unknown;
}

function fail(node: JsonNode, expected: string): never {
  const found = node.value === undefined ? 'nothing' : JSON.stringify(node.value).slice(0, 80);
  throw new JsonShapeError(
    `${node.path === '' ? 'the document' : node.path}: expected ${expected}, found ${found}`,
  );
}

/** Parses UTF-8 JSON. Throws `JsonShapeError` also when it is no JSON at all. */
export function readJson(body: Uint8Array): JsonNode {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return { path: '', value };
  } catch (error) {
    throw new JsonShapeError(
      `expected JSON in UTF-8 (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

export function field(node: JsonNode, name: string): JsonNode {
  const value = Object.getOwnPropertyDescriptor(readObject(node), name)?.value as unknown;
  return { path: node.path === '' ? name : `${node.path}.${name}`, value };
}

function readObject(node: JsonNode): object {
  const { value } = node;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  return fail(node, 'an object');
}

export function readArray(node: JsonNode): readonly JsonNode[] {
  if (!Array.isArray(node.value)) return fail(node, 'an array');
  return node.value.map((value: unknown, index) => ({ path: `${node.path}[${index}]`, value }));
}

export function readEntries(node: JsonNode): readonly (readonly [string, JsonNode])[] {
  return Object.keys(readObject(node)).map((name) => [name, field(node, name)]);
}

export function readString(node: JsonNode): string {
  return typeof node.value === 'string' ? node.value : fail(node, 'a text');
}

export function readBoolean(node: JsonNode): boolean {
  return typeof node.value === 'boolean' ? node.value : fail(node, 'true or false');
}

export function readInteger(node: JsonNode): number {
  const { value } = node;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : fail(node, 'a whole number');
}

export function readNumber(node: JsonNode): number {
  const { value } = node;
  return typeof value === 'number' && Number.isFinite(value) ? value : fail(node, 'a number');
}

/** How many of something: a whole number, 0 or more. */
export function readCount(node: JsonNode): number {
  const count = readInteger(node);
  return count >= 0 ? count : fail(node, 'a whole number, 0 or more');
}

/** Offsets are written as decimal text, because JSON numbers end at 2^53. */
export function readOffset(node: JsonNode): bigint {
  const { value } = node;
  return typeof value === 'string' && /^\d{1,19}$/.test(value)
    ? BigInt(value)
    : fail(node, 'an offset as text');
}

export function readOptional<T>(node: JsonNode, read: (node: JsonNode) => T): T | null {
  return node.value === null ? null : read(node);
}

export function readOneOf<const T extends string>(node: JsonNode, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === node.value);
  return found ?? fail(node, `one of ${allowed.join(', ')}`);
}
