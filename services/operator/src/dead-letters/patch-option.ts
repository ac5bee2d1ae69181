import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { parsePatch, type JsonPatch } from './json-patch.ts';

/** `{"type":"BILLING"}`, `[{"op":…}]`, or `@file` that holds one of them. */
export function parsePatchOption(text: string): JsonPatch {
  try {
    return parsePatch(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
