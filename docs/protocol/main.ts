import { MUTANTS } from './protocol.ts';
import { search } from './search.ts';

const [records = 4, consumers = 2] = process.argv.slice(2).map(readNumber);

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

/** Each world holds them all: with more than a few it would not end. */
function readNumber(text: string): number {
  if (/^[1-9]$/.test(text)) return Number(text);
  console.error(
    `docs:protocol [records] [consumers]: expected numbers from 1 to 9, found ${JSON.stringify(text)}`,
  );
  process.exit(2);
}
