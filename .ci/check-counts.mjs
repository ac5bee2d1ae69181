// check-counts.mjs RESULTS TICKETS: the counts of a local results folder add up to TICKETS, and so do the rows.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [results = '', expected = ''] = process.argv.slice(2);
const lines = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const counted = lines(join(results, 'ticket_counts/part-00000.json')).reduce(
  (sum, row) => sum + row.ticket_count,
  0,
);
const rows = join(results, 'tickets_json');
const files = readdirSync(rows, { recursive: true }).filter((name) => name.endsWith('.json'));
const ids = files.flatMap((name) =>
  lines(join(rows, name)).map((row) => `${row.kafka_partition}/${row.kafka_offset}`),
);
console.log(`${counted} counted, ${ids.length} rows, ${new Set(ids).size} different; expected ${expected}`);
process.exitCode = [counted, ids.length, new Set(ids).size].every((count) => count === Number(expected))
  ? 0
  : 1;
