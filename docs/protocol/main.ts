import { MUTANTS } from './protocol.ts';
import { search } from './search.ts';

const [records = 4, consumers = 2] = process.argv.slice(2).map(Number);

const { worlds, failure } = search({ records, consumers });
const size = `${records} records, ${consumers} consumers`;
if (failure === undefined)
  console.log(`${size}: ${worlds} different worlds, and every promise holds in all of them.`);
else {
  console.log(`${size}: ${failure.promise}\n  ${failure.steps.join('\n  ')}`);
  process.exitCode = 1;
}

for (const mutant of MUTANTS) {
  const found = search({ records, consumers, mutant });
  if (found.failure === undefined) {
    console.log(`\n${mutant}: no promise is broken, so the model does not show what this rule is for`);
    process.exitCode = 1;
  } else console.log(`\n${mutant}: ${found.failure.promise}\n  ${found.failure.steps.join('\n  ')}`);
}
