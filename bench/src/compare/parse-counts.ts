import { z } from 'zod';

const schema = z.record(z.string(), z.number());

/** `{"BILLING": 250}` */
export function parseCounts(text: string): Readonly<Record<string, number>> {
  return schema.parse(JSON.parse(text));
}
