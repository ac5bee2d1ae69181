export interface SettingProblem {
  readonly variable: string;
  /** `expected true or false, found "maybe"` */
  readonly message: string;
}

/** What is wrong with the environment, all of it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'settings';
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const count = problems.length === 1 ? 'One setting is' : `${problems.length} settings are`;
    const lines = problems.map(({ variable, message }) => `\n  ${variable}: ${message}`);
    super(`${count} wrong:${lines.join('')}`);
    this.problems = problems;
  }
}
