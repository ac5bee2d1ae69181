import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const RELIABILITY_PAGE = join(import.meta.dirname, '../../../docs/reliability.md');

const BEGIN = '<!-- chaos: begin (written by `pnpm test:chaos --write-report`) -->';
const END = '<!-- chaos: end -->';

/** Puts the table where the page has room for it. */
export async function writeReliabilityPage(table: string, page = RELIABILITY_PAGE): Promise<void> {
  const text = replaceBetween(await readFile(page, 'utf8'), table);
  await writeFile(page, await format(text, { ...(await resolveConfig(page)), filepath: page }));
}

export function replaceBetween(text: string, table: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`expected the lines ${BEGIN} and ${END}, found other text`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${text.slice(end)}`;
}
