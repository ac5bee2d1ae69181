import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { z } from 'zod';

const SCRIPT = join(import.meta.dirname, '../../.ci/audit.mjs');
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers.splice(0)) server.close();
});

const advisory = (severity: string) => ({
  kafkajs: [
    {
      id: 1,
      url: 'https://example.com/advisory',
      title: 'Something bad',
      severity,
      vulnerable_versions: '<99',
      cwe: [],
      cvss: { score: 9, vectorString: null },
    },
  ],
});

interface Answer {
  readonly status: number;
  readonly body: object;
}
const nothing: Answer = { status: 405, body: {} };

/** Serves an answer for each path that begins like one of these; 404 for any other. Resolves with its address. */
async function serve(answers: Readonly<Record<string, (body: string) => Answer>>): Promise<string> {
  const server = createServer((request, response) => {
    let asked = '';
    request.setEncoding('utf8').on('data', (text: string) => (asked += text));
    request.on('end', () => {
      const found = Object.entries(answers).find(([path]) => request.url?.startsWith(path));
      const { status, body } = found?.[1](asked) ?? { status: 404, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** An OSV that knows one vulnerability, of kafkajs. */
const osvWith = (details: object) =>
  serve({
    '/v1/querybatch': (body) => {
      const { queries } = z
        .object({ queries: z.array(z.object({ package: z.object({ name: z.string() }) })) })
        .parse(JSON.parse(body));
      const answerFor = (name: string) => (name === 'kafkajs' ? { vulns: [{ id: 'GHSA-1' }] } : {});
      return { status: 200, body: { results: queries.map((query) => answerFor(query.package.name)) } };
    },
    '/v1/vulns/GHSA-1': () => ({ status: 200, body: details }),
  });

/** Runs the audit against a registry and an OSV that give these answers. */
async function audit(
  registry: Answer,
  osv: Promise<string> = serve({}),
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const env = {
    ...process.env,
    pnpm_config_registry: `${await serve({ '/': () => registry })}/`,
    OSV_URL: await osv,
    AUDIT_REQUIRED: '',
    GITHUB_ACTIONS: '',
    ...settings,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, said: stdout + stderr });
    });
  });
}

// It needs pnpm from a registry, which a first `pnpm test` may have to do without.
describe.skipIf(process.env['CI'] === undefined).concurrent('the audit of dependencies', () => {
  test('fails at a vulnerability of high severity, and names it', async ({ expect }) => {
    const { code, said } = await audit({ status: 200, body: advisory('high') });
    expect(said).toContain('high: kafkajs: Something bad (https://example.com/advisory)');
    expect(code).toBe(1);
  });

  test('passes at one of moderate severity, and counts it', async ({ expect }) => {
    const { code, said } = await audit({ status: 200, body: advisory('moderate') });
    expect(said).toMatch(/^audited \d+ dependencies by the registry: 1 known vulnerabilities, 0 of high/);
    expect(code).toBe(0);
  });

  test('asks OSV when the registry does not answer, about every locked version', async ({ expect }) => {
    const summary = 'Something bad';
    const high = await audit(nothing, osvWith({ summary, database_specific: { severity: 'HIGH' } }));
    expect(high.said).toContain('high: kafkajs@2.2.4: Something bad (GHSA-1)');
    expect(Number(/^audited (\d+) dependencies by OSV/.exec(high.said)?.[1])).toBeGreaterThan(300);
    expect(high.code).toBe(1);
    const low = await audit(nothing, osvWith({ summary, database_specific: { severity: 'LOW' } }));
    expect(low.code).toBe(0);
  });

  test('takes what OSV gives no severity, such as malware, for critical', async ({ expect }) => {
    const { code, said } = await audit(nothing, osvWith({ summary: 'Malicious code' }));
    expect(said).toContain('critical: kafkajs@2.2.4: Malicious code (GHSA-1)');
    expect(code).toBe(1);
  });

  test('says in one line that nothing was looked up, and how old the lockfile is', async ({ expect }) => {
    const { code, said } = await audit(nothing);
    expect(said).toMatch(/^NOT AUDITED: neither the registry nor OSV answered\. .* \d+ days ago .*\n$/);
    expect(code).toBe(0);
  });

  test('fails then when the lockfile is too old, or when an audit is required', async ({ expect }) => {
    expect(await audit(nothing, serve({}), { AUDIT_LOCKFILE_DAYS: '-1' })).toMatchObject({ code: 1 });
    expect(await audit(nothing, serve({}), { AUDIT_REQUIRED: '1' })).toMatchObject({ code: 1 });
  });
});
