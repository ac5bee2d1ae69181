import { z } from 'zod';

/** What is in force. Secrets are masked before they come here. */
export const aboutSchema = z.object({
  settings: z.array(
    z.object({
      name: z.string(),
      value: z.string().nullable(),
      usual: z.string().nullable().describe('what it is when it is not set'),
      description: z.string(),
    }),
  ),
  versions: z.record(z.string(), z.string()),
  links: z
    .array(z.object({ name: z.string(), url: z.url() }))
    .describe('other pages about the same pipeline'),
});

export type About = z.infer<typeof aboutSchema>;
