import type { Grouping } from './cpu-profile.ts';

const LIBRARY = /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)\//;
const OWN = /(?:^|\/)((?:packages|services)\/[^/]+)\//;

/** The package of npm, or of this repository, that a source file belongs to. */
export function libraryOf(file: string): string | undefined {
  return LIBRARY.exec(file)?.[1] ?? OWN.exec(file)?.[1];
}

/** What each library costs. What Node does on its behalf counts for it. */
export const byLibrary: Grouping<string> = {
  ofFile: libraryOf,
  ofInternals: () => 'Node itself',
  garbage: 'collect garbage',
};
