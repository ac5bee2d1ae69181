import type { z } from 'zod';
import { ApiError } from '../api/api-error.ts';

/** One operation of the API: what it takes, what it answers, and who answers it. The OpenAPI document is made of these. */
export interface ApiRoute {
  readonly method: 'get' | 'post';
  /** Under `/api/v1`, parameters in braces: `/partitions/{partition}/batches/{batchId}`. */
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly answer: z.ZodType;
  readonly needsToken: boolean;
  /** Checks the input, which is text as it came, and answers it. Throws `ApiError`. */
  respond(params: unknown, query: unknown): Promise<unknown>;
}

export function apiRoute<P extends z.ZodObject, Q extends z.ZodObject, A extends z.ZodType>({
  handle,
  ...route
}: Omit<ApiRoute, 'params' | 'query' | 'answer' | 'respond'> & {
  readonly params: P;
  readonly query: Q;
  readonly answer: A;
  readonly handle: (input: {
    readonly params: z.output<P>;
    readonly query: z.output<Q>;
  }) => Promise<z.input<A>> | z.input<A>;
}): ApiRoute {
  return {
    ...route,
    respond: async (params, query) =>
      handle({ params: check(route.params, params), query: check(route.query, query) }),
  };
}

function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  );
  throw new ApiError('bad_request', problems.join('; '));
}
