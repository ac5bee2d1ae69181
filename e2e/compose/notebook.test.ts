import type { ObjectStore } from '@client-tickets/micro-batch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSampleResults, writeUrgentTickets } from './sample-results.ts';
import { composeCommands } from './compose-command.ts';
import { createStack, type Stack } from './stack.ts';

const isWanted = process.env['E2E_COMPOSE'] === '1';
const [command] = composeCommands;
const BUILD_MS = 15 * 60_000;

describe.skipIf(!isWanted)('the notebook in its container', () => {
  let stack: Stack;
  let results: ObjectStore;

  /** Runs it top to bottom with nbclient, and returns what its cells have printed, shown and said of their pictures. */
  async function execute(resultsPath = 's3a://client-tickets/results/'): Promise<string> {
    const jupyter = ['exec', '-T', '-e', `RESULTS_PATH=${resultsPath}`, 'jupyter'];
    const notebook = ['work/result_analysis.ipynb', '--output', '/tmp/executed.ipynb'];
    await stack.compose(...jupyter, 'jupyter', 'execute', ...notebook);
    const print = `import json
for cell in json.load(open('/tmp/executed.ipynb'))['cells']:
    for output in cell.get('outputs', []):
        data = output.get('data', {})
        if output['output_type'] == 'stream':  # Jupyter cuts what is printed where it likes
            print(''.join(output['text']), end='')
            continue
        print(*data, ''.join(data.get('text/plain', [])), output.get('metadata', {}))`;
    return stack.compose(...jupyter, 'python', '-c', print);
  }

  beforeAll(async () => {
    if (command === undefined)
      throw new Error('E2E_COMPOSE=1, but there is neither docker-compose nor docker compose');
    stack = await createStack(command, {});
    await stack.compose('up', '-d', '--build', 'jupyter');
    results = await stack.openResults({ readOnly: false });
  }, BUILD_MS);

  afterAll(async () => {
    await results?.close();
    await stack?.compose('down', '--volumes', '--timeout', '5');
    stack?.close();
  });

  test('says what to start while the bucket is empty', async () => {
    const output = await execute();
    expect(output).toContain('docker-compose up -d producer consumer');
    expect(output).not.toContain('image/png');
  });

  test('shows whatever types, teams, priorities and further fields there are', async () => {
    await writeUrgentTickets(results, 'urgent/');
    const output = await execute('s3a://client-tickets/results/urgent/');
    expect(output).toContain('OK: 3 rows of 3 different records');
    expect(output).toContain('OK: ticket_counts_by_priority counts 3 tickets, the files hold 3');
    expect(output).not.toContain('WRONG: ');
    expect(output).toContain('There is no table.');
    expect(output).toMatch(/'alt': 'Tickets by type: ORDERS 3\. .*By priority: URGENT 2, LOW 1\.'/);
    expect(output).toMatch(/priority +URGENT +LOW +TICKETS/);
    expect(output).toContain('Wo bleibt meine Bestellung?');
    expect(output).toContain('by pigeon');
  });

  test('analyses a million tickets within the 1 GB that the container has', async () => {
    await writeSampleResults(results, 1_000_000);
    const output = await execute();
    expect(output).toContain('OK: 1,000,000 rows of 1,000,000 different records');
    expect(output.match(/^OK: /gm)).toHaveLength(7);
    expect(output).toMatch(
      /^Version 1: 1,000,000 tickets in \d+ files, .*\nVersion 0, of .* UTC: 9\d\d,\d{3} tickets in /m,
    );
    expect(output).toContain('OK: the log says 1,000,000 rows, its files hold 1,000,000');
    expect(output).not.toContain('WRONG: ');
    expect(output).toContain('10,000 messages rejected');
    expect(output.match(/'image\/png': \{'alt': '/g)).toHaveLength(4);
  });
});
