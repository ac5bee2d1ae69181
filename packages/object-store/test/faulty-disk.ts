import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { localDisk, type Disk } from '../src/folder/disk.ts';

export interface FaultyDisk extends Disk {
  /** What has been done, such as `rename temporary -> a.json`. */
  readonly steps: string[];
  /** Fails the step with this number, counted from the present one (0), which does nothing, or half of it. */
  failAt(step: number, fault: Fault): void;
}

export type Fault =
  /** The process is gone: this step and all later ones fail. */
  { readonly kind: 'crash'; readonly half: boolean } | { readonly kind: 'error'; readonly code: string };

/** The real disk, until a step that fails. */
export function faultyDisk(root: string): FaultyDisk {
  const steps: string[] = [];
  let left = Infinity;
  let fault: Fault = { kind: 'crash', half: false };

  const name = (path: string): string =>
    relative(root, path)
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '*')
      .replace(/[0-9a-f]{64}/, '#') || '.';

  /** `half` is what a crash in the middle leaves behind. */
  async function step(what: string, whole: () => Promise<void>, half?: () => Promise<void>): Promise<void> {
    if (left > 0) {
      left--;
      await whole();
      steps.push(what);
      return;
    }
    if (fault.kind === 'error') {
      left = Infinity;
      throw Object.assign(new Error(`${fault.code}: as the test wants it`), { code: fault.code });
    }
    if (fault.half) await half?.();
    fault = { kind: 'crash', half: false };
    throw new Error('the process is gone');
  }

  return {
    steps,
    failAt: (number, what) => {
      left = number;
      fault = what;
    },
    create: (path, content) =>
      step(
        `create ${name(path)}`,
        () => localDisk.create(path, content),
        () => writeFile(path, content.slice(0, content.length / 2)),
      ),
    begin: async (path) => {
      const file = await localDisk.begin(path);
      return {
        append: (content) =>
          step(
            `append ${name(path)}`,
            () => file.append(content),
            () => file.append(content.subarray(0, content.length / 2)),
          ),
        finish: () => step(`finish ${name(path)}`, () => file.finish()),
        close: () => file.close(),
      };
    },
    link: (from, to) => step(`link ${name(from)} -> ${name(to)}`, () => localDisk.link(from, to)),
    rename: (from, to) => step(`rename ${name(from)} -> ${name(to)}`, () => localDisk.rename(from, to)),
    remove: (path) => step(`remove ${name(path)}`, () => localDisk.remove(path)),
    makeFolder: (path) => step(`make ${name(path)}`, () => localDisk.makeFolder(path)),
    syncFolder: (path) => step(`sync ${name(path)}`, () => localDisk.syncFolder(path)),
  };
}
