import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FindSource } from './cpu-profile.ts';

const mapSchema = z.object({
  version: z.number(),
  file: z.string().default(''),
  sources: z.array(z.string()),
  sourcesContent: z.array(z.string().nullable()).default([]),
  names: z.array(z.string()).default([]),
  mappings: z.string(),
  sourceRoot: z.string().default(''),
});

/** Finds the source of functions through the source map beside their bundle; a file without one is its own source. */
export function createSourceFinder(): FindSource {
  const maps = new Map<string, SourceMap | undefined>();
  return ({ url, lineNumber, columnNumber }) => {
    if (!url.startsWith('file:')) return undefined;
    const path = fileURLToPath(url);
    if (!maps.has(path)) maps.set(path, readMap(`${path}.map`));
    const map = maps.get(path);
    if (map === undefined) return path;
    const entry = map.findEntry(lineNumber, columnNumber);
    // A place that the bundler made itself has an entry without a source.
    const source: string | undefined = 'originalSource' in entry ? entry.originalSource : undefined;
    return source === undefined ? path : resolve(dirname(path), source);
  };
}

function readMap(path: string): SourceMap | undefined {
  if (!existsSync(path)) return undefined;
  const payload = mapSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const sourcesContent = payload.sourcesContent.map((content) => content ?? '');
  return new SourceMap({ ...payload, sourcesContent });
}
