// Fails when a dependency has a known vulnerability of high or critical severity. The registry is asked first, then OSV's
// database. Where neither answers, only the lockfile's age is left to look at: one that has not changed for long is
// likely to hold something that became known since. AUDIT_REQUIRED=1 fails then in any case.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import process from 'node:process';

const LOCKFILE = new URL('../pnpm-lock.yaml', import.meta.url);
const OSV = process.env['OSV_URL'] ?? 'https://api.osv.dev';
const OLDEST_DAYS = Number(process.env['AUDIT_LOCKFILE_DAYS'] ?? 60);
const BAD = new Set(['high', 'critical']);

const found = askRegistry() ?? (await askOsv());
if (found === undefined) {
  const days = lockfileDays();
  const line = `NOT AUDITED: neither the registry nor OSV answered. pnpm-lock.yaml changed ${days} days ago (${OLDEST_DAYS} at most)`;
  console.log(process.env['GITHUB_ACTIONS'] === 'true' ? `::warning::${line}` : line);
  process.exitCode = days > OLDEST_DAYS || process.env['AUDIT_REQUIRED'] === '1' ? 1 : 0;
} else {
  const bad = found.vulnerabilities.filter(({ severity }) => BAD.has(severity));
  console.log(
    `audited ${found.dependencies} dependencies by ${found.source}: ${found.vulnerabilities.length} known vulnerabilities, ${bad.length} of high or critical severity`,
  );
  for (const { severity, name, title } of found.vulnerabilities)
    console.log(`${severity}: ${name}: ${title}`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}

/** What `pnpm audit` says; undefined when the registry answers no audit. */
function askRegistry() {
  const { stdout } = spawnSync('npx', ['-y', 'pnpm@12', 'audit', '--json'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  const report = parse(stdout ?? '');
  if (report?.metadata?.vulnerabilities === undefined) return undefined;
  return {
    source: 'the registry',
    dependencies: report.metadata.totalDependencies,
    vulnerabilities: Object.values(report.advisories).map(({ severity, module_name: name, title, url }) => ({
      severity,
      name,
      title: `${title} (${url})`,
    })),
  };
}

/** What OSV knows of the very versions in the lockfile; undefined when it can't be reached. */
async function askOsv() {
  try {
    const packages = lockedPackages();
    const queries = packages.map(({ name, version }) => ({ package: { ecosystem: 'npm', name }, version }));
    const { results } = await askJson('/v1/querybatch', {
      method: 'POST',
      body: JSON.stringify({ queries }),
    });
    const hits = results.flatMap(({ vulns = [] }, index) =>
      vulns.map(({ id }) => ({ id, ...packages[index] })),
    );
    const vulnerabilities = await Promise.all(
      hits.map(async ({ id, name, version }) => {
        const { summary, database_specific: more } = await askJson(`/v1/vulns/${encodeURIComponent(id)}`);
        // What is reported as malware has no severity.
        const severity = more?.severity?.toLowerCase() ?? 'critical';
        return { severity, name: `${name}@${version}`, title: `${summary ?? 'no summary'} (${id})` };
      }),
    );
    return { source: 'OSV', dependencies: packages.length, vulnerabilities };
  } catch {
    return undefined; // said by the caller
  }
}

async function askJson(path, request = {}) {
  const response = await fetch(`${OSV}${path}`, { ...request, signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`OSV answered ${response.status}`);
  return response.json();
}

/** `{ name, version }` of each entry below `packages:` in the lockfile. */
function lockedPackages() {
  const [, packages = ''] = readFileSync(LOCKFILE, 'utf8').split(/^(?:packages|snapshots):$/m);
  return [...packages.matchAll(/^ {2}'?((?:@[^@/]+\/)?[^@/']+)@([^:'(]+)'?:$/gm)].map(
    ([, name, version]) => ({ name, version }),
  );
}

/** Whole days since the lockfile was committed, or written where there is no history. */
function lockfileDays() {
  const { stdout } = spawnSync('git', ['log', '-1', '--format=%ct', '--', 'pnpm-lock.yaml'], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  const seconds = Number(stdout) || statSync(LOCKFILE).mtimeMs / 1_000;
  return Math.floor((Date.now() / 1_000 - seconds) / 86_400);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
