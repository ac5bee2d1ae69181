import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { benchCommand, parseOptions } from '../command-options.ts';
import { fillSections } from './fill-sections.ts';
import { readSections } from './sections.ts';

export async function report(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench report',
      'Fills the marked sections of docs/performance.md from the newest results of each kind (--output is where they are), so that its numbers ' +
        'are those of the raw JSON beside it, and draws the picture beside it.',
    )
      .option('--document <file>', 'which to fill', join(import.meta.dirname, '../../../docs/performance.md'))
      .option('--check', 'changes nothing, and ends with 1 when the document says something else'),
    z.object({ output: z.string(), document: z.string(), check: z.boolean().default(false) }),
    args,
  );
  if (options !== undefined) {
    const { output, document, check } = options;
    const { textOf, picture } = await readSections(output, relative(dirname(document), output));
    const before = await readFile(document, 'utf8');
    const wanted = new Map([[document, fillSections(before, textOf)]]);
    if (picture !== undefined) wanted.set(document.replace(/\.md$/, '.svg'), picture);
    const differing: string[] = [];
    for (const [path, text] of wanted) {
      const found = existsSync(path) ? await readFile(path, 'utf8') : undefined;
      if (found !== text) differing.push(path);
    }
    if (check) {
      process.stdout.write(
        differing.length === 0 ? 'up to date\n' : `${differing.join(' and ')} differ: pnpm bench report\n`,
      );
      process.exitCode = differing.length === 0 ? 0 : 1;
    } else {
      for (const path of differing) await writeFile(path, wanted.get(path) ?? '');
      process.stdout.write(
        differing.length === 0 ? 'nothing to change\n' : `filled: ${differing.join(', ')}\n`,
      );
    }
  }
}
