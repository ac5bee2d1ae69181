import { z } from 'zod';

/** What every answer other than 2xx holds. */
export const problemSchema = z.object({
  error: z.object({
    code: z.enum([
      'bad_request',
      'unauthorized',
      'forbidden',
      'not_found',
      'method_not_allowed',
      'too_large',
      'busy',
      'unavailable',
      'internal',
    ]),
    message: z.string(),
  }),
});

export type Problem = z.infer<typeof problemSchema>;
