import type { z } from 'zod';
import {
  aboutSchema,
  batchDetailSchema,
  batchesSchema,
  deadLettersSchema,
  historySchema,
  problemSchema,
  statusSchema,
} from '../../../src/api/index.ts';

/** What the API refused, in its own words. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function call<S extends z.ZodType>(
  answer: S,
  path: string,
  init: RequestInit = {},
): Promise<z.output<S>> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { ...init, credentials: 'omit' });
  } catch {
    throw new ApiProblem(0, 'The consumer can’t be reached.');
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer.parse(body);
  const problem = problemSchema.safeParse(body);
  throw new ApiProblem(response.status, problem.data?.error.message ?? `HTTP ${response.status}`);
}

function search(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Where a result file can be taken from. */
export function fileUrl(key: string): string {
  return `/api/v1/files/${encodeURIComponent(key)}`;
}

export const api = {
  history: () => call(historySchema, '/history'),
  settings: () => call(aboutSchema, '/settings'),
  batches: (before: string) => call(batchesSchema, `/batches${search({ before, limit: 50 })}`),
  batch: (partition: number, batchId: number) =>
    call(batchDetailSchema, `/partitions/${partition}/batches/${batchId}${search({ records: 8 })}`),
  deadLetters: (query: { readonly before?: string | undefined; readonly reason?: string | undefined }) =>
    call(deadLettersSchema, `/dead-letters${search(query)}`),
  control: (action: 'pause' | 'resume', token: string) =>
    call(statusSchema, `/${action}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } }),
};
