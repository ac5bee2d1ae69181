import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, onTestFinished, test } from 'vitest';
import configs from '../../rolldown.config.ts';

const root = join(import.meta.dirname, '../..');
/** One such character, also in a comment, doubles what the whole text of a file takes. */
const BEYOND_LATIN_1 = /[\u0100-\uffff]/;

test.each(configs.map((config) => [typeof config.input === 'string' ? config.input : '', config] as const))(
  'the bundle of %s runs where it was built, and its text takes one byte a character in memory',
  async (source, { output, ...input }) => {
    const folder = join(root, source, '../../dist', `trial-${process.pid}`);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const bundle = await rolldown({ ...input, cwd: root });
    const { output: files } = await bundle.write({
      ...(Array.isArray(output) ? output[0] : output),
      dir: folder,
    });
    await bundle.close();
    const wide = files.flatMap((file) =>
      file.type === 'chunk' && BEYOND_LATIN_1.test(file.code) ? file.fileName : [],
    );
    expect(wide).toEqual([]);
    // From elsewhere, as what it needs must be found from where it lies.
    const run = spawnSync(process.execPath, [join(folder, 'main.js'), '--help'], {
      cwd: '/',
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('Usage: ') });
  },
);
