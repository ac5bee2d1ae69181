import { z } from 'zod';

/** What is in force. Secrets are masked before they come here. */
export const aboutSchema = z.object({
  settings: z.array(z.object({ name: z.string(), value: z.string().nullable(), description: z.string() })),
  versions: z.record(z.string(), z.string()),
});

export type About = z.infer<typeof aboutSchema>;
