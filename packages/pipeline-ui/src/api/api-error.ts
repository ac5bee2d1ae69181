import type { Problem } from './problem.ts';

type ProblemCode = Problem['error']['code'];

const STATUS = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  internal: 500,
  busy: 503,
  unavailable: 503,
} as const satisfies Record<ProblemCode, number>;

/** An answer of the API that is not what was asked for; the message is for the caller. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get status(): (typeof STATUS)[ProblemCode] {
    return STATUS[this.code];
  }
}
