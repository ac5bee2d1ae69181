import type { z } from 'zod';
import { hideLogins, MASK } from './mask.ts';
import { valueOf, type Environment } from './read-settings.ts';
import { settingNotes } from './setting.ts';

export interface SettingRow {
  readonly name: string;
  readonly description: string;
  /** What may be written: `an integer from 1 to 1000`. */
  readonly allowed: string;
  /** As a user would write it; `undefined` for a variable that may be left out. */
  readonly default: string | undefined;
  readonly isSecret: boolean;
  /** What holds now: the variable or its default; asterisks for a secret and for a login within an address. `undefined` when there is neither. */
  readonly value: string | undefined;
}

/** A row for each variable of a service, in the order of its schema: for `--help`, `.env.sample` and the settings page. */
export function describeSettings(schema: z.ZodObject, env: Environment = {}): readonly SettingRow[] {
  return Object.entries(schema.shape).map(([name, setting]) => {
    const notes = settingNotes.get(setting) ?? { allowed: 'text', default: undefined, isSecret: false };
    const value = valueOf(env, name) ?? notes.default;
    return {
      name,
      description: 'description' in setting ? String(setting.description) : '',
      ...notes,
      value: value === undefined ? undefined : notes.isSecret ? MASK : hideLogins(value),
    };
  });
}

/** The values that must not be shown anywhere, for the logger. */
export function secretValues(schema: z.ZodObject, env: Environment): readonly string[] {
  return (
    describeSettings(schema)
      .filter(({ isSecret }) => isSecret)
      .flatMap(({ name }) => valueOf(env, name) ?? [])
      // What a service uses has no line break at its end, and must not be shown either.
      .flatMap((value) => [value, value.trim()])
      .filter((value, index, values) => value !== '' && values.indexOf(value) === index)
  );
}
