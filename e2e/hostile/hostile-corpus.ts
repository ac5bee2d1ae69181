import { encodingCases, foreignFormatCases } from './hostile-text.ts';
import { cutCases, shapeCases, typeCases, valueCases } from './hostile-structure.ts';
import type { HostileCase } from './hostile-case.ts';

/** All cases of a usual size. `sizeCases` has those that fill what the brokers accept. */
export const hostileCorpus: readonly HostileCase[] = [
  ...encodingCases,
  ...foreignFormatCases,
  ...shapeCases,
  ...cutCases,
  ...typeCases,
  ...valueCases,
];
