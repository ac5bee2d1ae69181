import { z } from 'zod';

/** Text, because an offset may exceed what a JSON number holds exactly. */
export const offset = z.string().regex(/^\d{1,19}$/);

/** ISO 8601 in UTC with milliseconds. */
export const time = z.iso.datetime();

/** A whole number from 0 on. */
export const count = z.int().min(0);
