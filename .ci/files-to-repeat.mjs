// Names the test files of a report in which a test was skipped: with servers they are worth another run, the others are not.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const SKIPPED = new Set(['pending', 'skipped', 'disabled']);
const [report] = process.argv.slice(2);
const files = JSON.parse(readFileSync(report, 'utf8'))
  .testResults.filter(({ assertionResults: tests }) => tests.some(({ status }) => SKIPPED.has(status)))
  .map(({ name }) => name);
console.log(files.join(' '));
