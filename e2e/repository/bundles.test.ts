import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, onTestFinished, test } from 'vitest';
import configs from '../../rolldown.config.ts';

const root = join(import.meta.dirname, '../..');

test.each(configs.map((config) => [typeof config.input === 'string' ? config.input : '', config] as const))(
  'the bundle of %s runs where it was built',
  async (source, { output, ...input }) => {
    const folder = join(root, source, '../../dist', `trial-${process.pid}`);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const bundle = await rolldown({ ...input, cwd: root });
    await bundle.write({ ...(Array.isArray(output) ? output[0] : output), dir: folder });
    await bundle.close();
    // From elsewhere, as what it needs must be found from where it lies.
    const run = spawnSync(process.execPath, [join(folder, 'main.js'), '--help'], {
      cwd: '/',
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('Usage: ') });
  },
  60_000,
);
