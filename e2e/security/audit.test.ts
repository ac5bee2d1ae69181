import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';

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

/** Runs the audit against a registry that gives this answer. */
async function audit(answer: { readonly status: number; readonly body: object }): Promise<{
  readonly code: number | null;
  readonly said: string;
}> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(request.method === 'POST' ? answer.status : 404, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const env = { ...process.env, pnpm_config_registry: `http://127.0.0.1:${port}/`, AUDIT_REQUIRED: '' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, said: stdout + stderr });
    });
  });
}

// It needs pnpm from a registry, which somebody's first `pnpm test` may have to do without.
describe
  .skipIf(process.env['CI'] === undefined)
  .concurrent('the audit of dependencies', { timeout: 180_000 }, () => {
    test('fails at a vulnerability of high severity, and names it', async ({ expect }) => {
      const { code, said } = await audit({ status: 200, body: advisory('high') });
      expect(said).toContain('high: kafkajs: Something bad (https://example.com/advisory)');
      expect(code).toBe(1);
    });

    test('passes at one of moderate severity, and counts it', async ({ expect }) => {
      const { code, said } = await audit({ status: 200, body: advisory('moderate') });
      expect(said).toMatch(/^audited \d+ dependencies: .*1 moderate, 0 high, 0 critical/);
      expect(code).toBe(0);
    });

    test('says so when the registry does not answer it', async ({ expect }) => {
      const { code, said } = await audit({ status: 405, body: {} });
      expect(said).toMatch(/^audit not available: .* no dependency was checked/);
      expect(said).not.toContain('127.0.0.1');
      expect(code).toBe(0);
    });
  });
