// Fails when a dependency has a known vulnerability of high or critical severity. A registry that answers no audit is no
// reason to fail, unless AUDIT_REQUIRED=1 says so, but it is said in plain words: nothing was looked up then.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const { stdout, stderr, error } = spawnSync(
  'npx',
  ['-y', 'pnpm@12', 'audit', '--audit-level', 'high', '--json'],
  { encoding: 'utf8', timeout: 120_000 },
);
const report = parse(stdout ?? '');

if (report?.metadata?.vulnerabilities === undefined) {
  const why = [error?.message, stderr, stdout].find((text) => text) ?? 'it said nothing';
  console.log('audit not available: the registry did not answer it, so no dependency was checked');
  console.log(withoutAddresses(why).trim());
  process.exitCode = process.env['AUDIT_REQUIRED'] === '1' ? 1 : 0;
} else {
  const { vulnerabilities, totalDependencies } = report.metadata;
  const counts = Object.entries(vulnerabilities).map(([severity, count]) => `${count} ${severity}`);
  console.log(`audited ${totalDependencies} dependencies: ${counts.join(', ')}`);
  for (const { module_name, severity, title, url } of Object.values(report.advisories)) {
    console.log(`${severity}: ${module_name}: ${title} (${url})`);
  }
  process.exitCode = vulnerabilities.high + vulnerabilities.critical > 0 ? 1 : 0;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A registry's address may hold a token. */
function withoutAddresses(text) {
  return text.replaceAll(/https?:\/\/[^\s"'}]+/g, '<registry>');
}
