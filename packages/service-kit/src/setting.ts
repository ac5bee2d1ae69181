import { z } from 'zod';
import { hideLogins, MASK } from './mask.ts';
import type { SettingType } from './setting-types.ts';

/** What `describeSettings` tells about a variable. */
export interface SettingNotes {
  /** What may be written: `an integer from 1 to 1000`. */
  readonly allowed: string;
  /** As a user would write it; `undefined` for a variable that may be left out. */
  readonly default: string | undefined;
  readonly isSecret: boolean;
}

export interface SettingOptions {
  /** What the variable is for: one sentence, for people who run the service. */
  readonly description: string;
  /** As a user would write it. Without it the variable may be left out. */
  readonly default?: string;
  /** Never shown, not even in errors. Default: false. */
  readonly isSecret?: boolean;
}

/** One variable of a schema: reads text, or nothing, and gives a value. */
export type Setting<Value> = z.ZodType<Value, string | undefined>;

export const settingNotes = z.registry<SettingNotes>();

/** A variable of a service's schema: `TICKET_COUNT: setting(integer({ min: 0 }), { default: '200', description: '…' })`. */
export function setting<Value>(
  type: SettingType<Value>,
  options: SettingOptions & { readonly default: string },
): Setting<Value>;
export function setting<Value>(type: SettingType<Value>, options: SettingOptions): Setting<Value | undefined>;
export function setting<Value>(
  type: SettingType<Value>,
  options: SettingOptions,
): Setting<Value | undefined> {
  const { description, isSecret = false } = options;
  const schema = z
    .string()
    .optional()
    .transform((text, context): Value | undefined => {
      const given = text ?? options.default;
      if (given === undefined) return undefined;
      try {
        return type.parse(given);
      } catch (error) {
        const message =
          isSecret || !(error instanceof Error)
            ? `expected ${type.allowed}, found ${MASK}`
            : hideLogins(error.message);
        // Goes on, so that checks across variables still run and everything is reported at once.
        context.addIssue({ code: 'custom', message, continue: true });
        return undefined;
      }
    })
    .describe(description);
  settingNotes.add(schema, { allowed: type.allowed, default: options.default, isSecret });
  return schema;
}
