// Names the tests of a report that were skipped: with servers they are worth another run, the others are not. Prints a pattern for
// TEST_NAMES of vitest.config.ts with `tests`, and the files that hold them with `files`.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const SKIPPED = new Set(['pending', 'skipped', 'disabled']);
const [what, report] = process.argv.slice(2);
const skipped = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(({ name, assertionResults }) =>
  assertionResults
    .filter(({ status }) => SKIPPED.has(status))
    .map(({ fullName }) => ({ file: name, fullName })),
);
/** Any number stands for any other: seeds are days, and midnight may lie between the two runs. */
const toPattern = (text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(/\d+/g, '\\d+');
console.log(
  what === 'files'
    ? [...new Set(skipped.map(({ file }) => file))].join(' ')
    : `^(${[...new Set(skipped.map(({ fullName }) => toPattern(fullName)))].join('|')})$`,
);
