// Merges vitest's JSON reports into one line. A test that one run skipped for want of a server counts as what another run
// made of it. Exits 1 when a test failed, or when all tests of a file were skipped in every run: then a server was missing.
// Single tests may be skipped, where this version of Node can't do what they need.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const RANK = { pending: 0, skipped: 0, todo: 0, disabled: 0, passed: 1, failed: 2 };
const statuses = new Map();
const executed = new Map();
for (const file of process.argv.slice(2)) {
  for (const suite of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    const tests = suite.assertionResults;
    const ran = tests.some(({ status }) => (RANK[status] ?? 2) > 0);
    executed.set(suite.name, ran || executed.get(suite.name) === true);
    if (suite.status === 'failed' && tests.length === 0)
      statuses.set(`${suite.name} could not be loaded`, 'failed');
    for (const { fullName, status } of tests) {
      const id = `${suite.name} > ${fullName}`;
      if ((RANK[status] ?? 2) >= (RANK[statuses.get(id)] ?? -1)) statuses.set(id, status);
    }
  }
}
const having = (rank) => [...statuses].filter(([, status]) => (RANK[status] ?? 2) === rank).map(([id]) => id);
const [skipped, passed, failed] = [having(0), having(1), having(2)];
for (const id of skipped) console.log(`skipped in every run: ${id}`);
const idle = [...executed].filter(([, ran]) => !ran).map(([name]) => name);
for (const name of idle) console.log(`not one test was run: ${name}`);
for (const id of failed) console.log(`failed: ${id}`);
console.log(
  `${passed.length} passed, ${failed.length} failed` +
    (skipped.length > 0 ? `, ${skipped.length} skipped` : ''),
);
process.exitCode = failed.length > 0 || idle.length > 0 || passed.length === 0 ? 1 : 0;
