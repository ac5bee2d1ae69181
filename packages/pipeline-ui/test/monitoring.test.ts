import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createUiPipeline } from './ui-pipeline.ts';

const monitoring = fileURLToPath(new URL('../../../deploy/monitoring/', import.meta.url));

/** All that a consumer offers Prometheus after it has done a bit of everything. */
async function offeredMetrics(): Promise<ReadonlySet<string>> {
  const pipeline = createUiPipeline();
  pipeline.addTickets(5);
  pipeline.ui.onStoreRequest({ operation: 'get', result: 'ok', seconds: 0.01 });
  await pipeline.startQuery().finished;
  const response = await pipeline.ask('/metrics');
  const text = await response.text();
  return new Set([...text.matchAll(/^(\w+)(?=[{ ])/gm)].map(([, name = '']) => name));
}

function usedMetrics(text: string): readonly string[] {
  return [...new Set(text.match(/\b(?:client_tickets|nodejs|process)_\w+/g))];
}

describe.each([
  ['the Grafana dashboard', 'grafana/dashboards/client-tickets.json'],
  ['the Prometheus alerts', 'alerts.yml'],
])('%s', (_, file) => {
  it('uses only metrics that a consumer has', async () => {
    const used = usedMetrics(await readFile(monitoring + file, 'utf8'));
    expect(used.length).toBeGreaterThan(3);
    const offered = await offeredMetrics();
    expect(used.filter((name) => !offered.has(name))).toEqual([]);
  });
});

describe('the Grafana dashboard', () => {
  it('reads from the data source that is provisioned beside it, and its panels do not overlap', async () => {
    const dashboard = JSON.parse(
      await readFile(`${monitoring}grafana/dashboards/client-tickets.json`, 'utf8'),
    ) as {
      panels: { gridPos: { x: number; y: number; w: number; h: number }; datasource: { uid: string } }[];
    };
    const source = await readFile(`${monitoring}grafana/provisioning/datasources/prometheus.yml`, 'utf8');
    const uid = /uid: (\S+)/.exec(source)?.[1];
    const taken = new Set<string>();
    for (const { gridPos, datasource } of dashboard.panels) {
      expect(datasource.uid).toBe(uid);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`)).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });
});
