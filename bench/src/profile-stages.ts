import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Shows what the CPU time of a run from source went into, by stage:
 *
 *   node --cpu-prof --cpu-prof-dir=DIR --import tsx services/consumer/src/main.ts
 *   node --import tsx bench/src/profile-stages.ts DIR
 *
 * Takes the largest profile of the folder; the others are of loader threads. Bundles will not do: their functions all come
 * from one file.
 */
const profileSchema = z.object({
  nodes: z.array(
    z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** The first that fits a function's file, or its name where it has no file. */
const STAGES: readonly (readonly [stage: string, pattern: RegExp])[] = [
  ['garbage collection', /^\(garbage collector\)$/],
  ['kafkajs: decode, protocol', /\/kafkajs\//],
  ['reading: copies into chunks', /packages\/kafka\//],
  ['tickets: validate', /packages\/tickets\/|\/zod\//],
  ['results: Parquet', /ticket-rows-parquet|tickets-parquet|\/parquet\/|hyparquet/],
  ['results: rows, columns, JSON lines', /packages\/ticket-results\//],
  ['engine', /packages\/micro-batch\//],
  [
    'stores: files, S3, hashes',
    /packages\/object-store\/|aws-sdk|smithy|internal\/crypto|node:fs|internal\/fs|^(open|close|fsync|fstat|lstat|write|rename|mkdir|openFileHandle|writeBuffer)/,
  ],
  ['pipeline UI and metrics', /services\/consumer\/src\/ui|prom-client|hono/],
  [
    'start: loading modules',
    /\/tsx\/|internal\/modules|esbuild|cjs-module-lexer|compileFunction|internal\/bootstrap/,
  ],
  [
    'buffers, text',
    /node:buffer|internal\/buffer|internal\/encoding|^(decodeUTF8|encodeUtf8String|utf8Slice|copy|set)$/,
  ],
];

const [folder = '.'] = process.argv.slice(2);
const largest = readdirSync(folder)
  .filter((name) => name.endsWith('.cpuprofile'))
  .map((name) => join(folder, name))
  .sort((a, b) => statSync(b).size - statSync(a).size)[0];
if (largest === undefined)
  throw new Error(`${folder} holds no .cpuprofile: run node with --cpu-prof --cpu-prof-dir=${folder}`);
const { nodes, samples, timeDeltas } = profileSchema.parse(JSON.parse(readFileSync(largest, 'utf8')));

const places = new Map(
  nodes.map(({ id, callFrame }) => [id, callFrame.url === '' ? callFrame.functionName : callFrame.url]),
);
const byStage = new Map<string, number>();
samples.forEach((id, index) => {
  const place = places.get(id) ?? '';
  if (place === '(idle)') return;
  const stage = STAGES.find(([, pattern]) => pattern.test(place))?.[0] ?? 'everything else';
  byStage.set(stage, (byStage.get(stage) ?? 0) + (timeDeltas[index] ?? 0));
});
const total = [...byStage.values()].reduce((sum, time) => sum + time, 0);
console.log('| stage | ms | share |\n|---|---|---|');
for (const [stage, time] of [...byStage].sort(([, a], [, b]) => b - a)) {
  console.log(`| ${stage} | ${Math.round(time / 1000)} | ${((100 * time) / total).toFixed(1)}% |`);
}
console.log(`| together | ${Math.round(total / 1000)} | |`);
